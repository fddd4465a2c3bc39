"""Rows by the ten thousand, a step of other commands: held to the scope and digested for the ledger like any others, but without a statement's
parameters made one by one. A ledger of 350,000 residents is a million and a half rows, those of the desk's own ledger included.
"""

from collections.abc import Sequence

from sqlalchemy import Table

from db.engine import ScopedSession, check_rows


def insert_rows(session: ScopedSession, model: type, rows: list[dict]) -> None:
    """Insert `rows` of `model`, each with its id; what one doesn't name has its column's default, or none. Raises ScopeError for rows outside the scope."""
    if rows:
        check_rows(session, model, rows)
        write_rows(session, model.__table__, [[row.get(column.name, default_of(column)) for row in rows] for column in model.__table__.columns])


def write_rows(session: ScopedSession, table: Table, columns: Sequence[Sequence]) -> None:
    """The values of each column of `table`, as they are: for filing itself, and for rows that were checked."""
    connection = session.connection()
    dialect = connection.dialect
    names = ", ".join(dialect.identifier_preparer.quote(column.name) for column in table.columns)
    converted = [_converted(column.type.dialect_impl(dialect).bind_processor(dialect), values) for column, values in zip(table.columns, columns, strict=True)]
    if dialect.name == "sqlite":
        marks = ", ".join("?" * len(converted))
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", list(zip(*converted, strict=True)))
    else:
        # COPY passes by row-level security, and is refused where that holds; arrays are nearly as quick.
        arrays = ", ".join(f"%s::{column.type.dialect_impl(dialect).compile(dialect)}[]" for column in table.columns)
        connection.exec_driver_sql(f"INSERT INTO {table.name} ({names}) SELECT * FROM unnest({arrays})", tuple(converted))


def _converted(convert, values: Sequence) -> list:
    return list(values) if convert is None else [convert(value) for value in values]


def default_of(column):
    """The plain default of a column, or None."""
    return column.default.arg if column.default is not None and column.default.is_scalar else None
