"""/healthz: whether the process answers and its database is there. Open, and says nothing else."""

from anyio import to_thread
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route

from pages.parts.desk import engine


async def _healthz(_request: Request) -> PlainTextResponse:
    alive = await to_thread.run_sync(_database_answers)
    return PlainTextResponse("ok" if alive else "database", 200 if alive else 503, {"Cache-Control": "no-store"})


def _database_answers() -> bool:
    try:
        with engine().connect():
            return True
    except SQLAlchemyError:
        return False


ROUTES = [Route("/healthz", _healthz)]
