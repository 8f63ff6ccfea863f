"""Files of patients on their way in: read, check, write, undo.

columns: what a file may hold · decoding, reading: bytes to rows · values, rows: one row, as pure functions ·
spool, uploading: from the request to sealed chunks · checking: a row among all others · writing: rows of the database ·
undoing · working: the job, a chunk at a time.
"""
