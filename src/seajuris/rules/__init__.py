"""Rules as data: loading, three-valued evaluation, and the reasons for each result."""
