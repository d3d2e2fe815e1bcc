"""Memos: one document model, written as Markdown, HTML, DOCX and PDF. Nothing is computed here."""
