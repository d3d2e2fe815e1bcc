"""Many rows at once: reading, answering block by block, writing, going on after an interruption.

The inner format is Arrow. `locate_batch` and `assess_batch` answer one `pyarrow.RecordBatch` and know nothing of files;
everything else here feeds them and keeps what they answer. Needs the extra ``seajuris[batch]``; nothing outside this
package imports pyarrow.
"""
