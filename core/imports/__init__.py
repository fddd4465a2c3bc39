"""Ledgers in: from the cells of an office's own file to rows the desk can file, with every cell it can't take and why."""
