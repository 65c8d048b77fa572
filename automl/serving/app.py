"""The paths of the server: ``/predict``, ``/model``, ``/health`` and ``/docs``."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException

from automl.core.errors import UserError
from automl.core.version import __version__
from automl.data.images.decode import quiet_pillow
from automl.export.predict import Predictor
from automl.serving.answers import Answers, Health, Trouble
from automl.serving.body import read_body
from automl.serving.describe import describe_request
from automl.serving.refused import Refused
from automl.serving.service import Service
from automl.serving.settings import Settings

RETRY_AFTER = "1"
TROUBLES: dict[int | str, dict[str, Any]] = {
    413: {"model": Trouble, "description": "It is too large."},
    415: {"model": Trouble, "description": "It is not what the model takes."},
    422: {"model": Trouble, "description": "It cannot be read."},
    503: {"model": Trouble, "description": "Too much waits already."},
}


def make_app(predictor: Predictor, settings: Settings, started: Callable[[], None]) -> FastAPI:
    """The application that serves one model.

    Args:
        predictor: The model.
        settings: How requests are batched, and their limits.
        started: Is called once requests are answered.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = app.state.service = Service(predictor, settings)
        batches = asyncio.create_task(service.batcher.run())
        # Warning filters are the process's own, and so held around the threads that read images.
        with quiet_pillow():
            started()
            yield
        batches.cancel()
        service.close()

    app = FastAPIOffline(
        redoc_url=None,
        title=f"{predictor.facts.origin.study}: a model of automl",
        version=__version__,
        lifespan=lifespan,
    )
    app.middleware("http")(_count)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    asked = describe_request(predictor.facts.encoding)
    app.post("/predict", responses=TROUBLES, openapi_extra=asked, response_model_exclude_none=True)(
        predict
    )
    app.get("/model")(model)
    app.get("/health")(health)
    return app


async def predict(
    request: Request,
    top_k: Annotated[
        int | None, Query(ge=1, description="So many labels, the likeliest first.")
    ] = None,
    probabilities: Annotated[bool, Query(description="Of every label.")] = False,
) -> Answers:
    """Predict every example of the body."""
    service: Service = request.app.state.service
    sent = await read_body(request, service.settings)
    return await service.predict(sent, top_k, probabilities)


async def model(request: Request) -> dict[str, Any]:
    """What the model predicts, from what, and how well."""
    service: Service = request.app.state.service
    return service.model()


async def health(request: Request) -> Health:
    """Whether the server is ready, and what it has done."""
    service: Service = request.app.state.service
    return service.health()


async def _count(request: Request, answer: Callable[[Request], Any]) -> Response:
    response: Response = await answer(request)
    if request.url.path == "/predict":
        request.app.state.service.requests += 1
    return response


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, Refused) else 422
    headers = {"Retry-After": RETRY_AFTER} if status == 503 else None
    return JSONResponse({"error": str(error)}, status, headers)


async def _refuse_query(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    rule = first["msg"][0].lower() + first["msg"][1:]
    return JSONResponse({"error": f"{first['loc'][-1]} (={first['input']!r}): {rule}"}, 422)


async def _refuse_path(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    told = f"{request.method} {request.url.path}: {error.detail}; see /docs"
    return JSONResponse({"error": told}, error.status_code, error.headers)


async def _own_up(request: Request, error: Exception) -> JSONResponse:
    return JSONResponse({"error": f"a fault of automl's own: {error!r}"}, 500)


HANDLERS = {
    Refused: _refuse,
    UserError: _refuse,
    RequestValidationError: _refuse_query,
    HTTPException: _refuse_path,
    Exception: _own_up,
}
