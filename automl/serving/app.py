"""The routes of the server: ``/predict``, ``/model``, ``/health`` and ``/docs``."""

from __future__ import annotations

import asyncio
import re
from base64 import b64encode
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from hashlib import sha256
from html import escape
from typing import Annotated, Any

from fastapi import FastAPI, Query, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.docs import get_swagger_ui_html
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from automl.core.defaults import __version__
from automl.core.errors import UserError
from automl.core.text import one_line, shortened
from automl.data.encoding import Encoding
from automl.data.images.decode import quiet_pillow
from automl.export.runtime import input_name
from automl.inference.predict import Predictor
from automl.serving import ServerSettings
from automl.serving.examples import SUFFIXES
from automl.serving.requests import FORM, JSON, QUOTED, Gate, Refused, refusal
from automl.serving.service import Answers, ErrorAnswer, Health, Service

ERROR_ANSWERS: dict[int | str, dict[str, Any]] = {
    403: {"model": ErrorAnswer, "description": "The request is from a page of another origin."},
    408: {"model": ErrorAnswer, "description": "The request came too slowly."},
    413: {"model": ErrorAnswer, "description": "The request is too large."},
    415: {"model": ErrorAnswer, "description": "The content type is not one that the model takes."},
    421: {"model": ErrorAnswer, "description": "The request is for a server of another name."},
    422: {"model": ErrorAnswer, "description": "The request cannot be read."},
    503: {"model": ErrorAnswer, "description": "The server is busy."},
}

# Schemas of the examples in a request, in OpenAPI.
_NUMBERS = {"type": "array", "items": {"type": "number", "nullable": True}}
_ROW = {"type": "object", "additionalProperties": True}
_EXAMPLES: Mapping[str, Mapping[str, Any]] = {
    "texts": {"type": "string"},
    "rows": _ROW,
    "windows": {"type": "array", "items": _ROW},
    "series": _NUMBERS,
}
_BYTES = {"type": "string", "format": "binary"}

# Path at which fastapi-offline serves what the page of /docs loads.
_STATIC = "/static-offline-docs"
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)


def make_app(
    predictor: Predictor, settings: ServerSettings, started: Callable[[], None]
) -> FastAPI:
    """The application that serves one model.

    Args:
        predictor: Model to serve.
        settings: How requests are batched, and their limits.
        started: Function that is called once the server answers requests.
    """

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        service = app.state.service = Service(predictor, settings)
        batches = asyncio.create_task(service.batcher.run())
        # Warning filters belong to the process, so they are set around all reading threads.
        with quiet_pillow():
            started()
            yield
        batches.cancel()
        service.close()

    app = FastAPIOffline(
        docs_url=None,
        redoc_url=None,
        title=f"{one_line(predictor.facts.origin.study)}: a model of automl",
        version=__version__,
        lifespan=lifespan,
    )
    app.add_middleware(Gate, settings=settings)
    for kind, handler in HANDLERS.items():
        app.add_exception_handler(kind, handler)
    asked = describe_request(predictor.facts.encoding)
    app.post(
        "/predict", responses=ERROR_ANSWERS, openapi_extra=asked, response_model_exclude_none=True
    )(predict)
    app.get("/model")(model)
    app.get("/health")(health)
    add_docs(app)
    return app


async def predict(
    request: Request,
    top_k: Annotated[
        int | None, Query(ge=1, description="Number of labels, the likeliest first.")
    ] = None,
    probabilities: Annotated[bool, Query(description="Whether to give all probabilities.")] = False,
) -> Answers:
    """Predict every example in the body."""
    service: Service = request.app.state.service
    with service.budget.body() as body:
        content = await body.read(request, service.settings)
        kind = request.headers.get("content-type", "")
        return await service.predict(content, kind, top_k, probabilities)


async def model(request: Request) -> dict[str, Any]:
    """The model's task, inputs, labels, scores and origin."""
    service: Service = request.app.state.service
    return service.model()


async def health(request: Request) -> Health:
    """State of the server, and counts of what it has done."""
    service: Service = request.app.state.service
    return service.health()


async def _refuse(request: Request, error: Exception) -> JSONResponse:
    status = error.status if isinstance(error, Refused) else 422
    return refusal(status, one_line(str(error)))


async def _refuse_query(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, RequestValidationError)
    first = error.errors()[0]
    rule = first["msg"][0].lower() + first["msg"][1:]
    return refusal(422, f"{first['loc'][-1]} (={_quoted(repr(first['input']))}): {rule}")


async def _refuse_path(request: Request, error: Exception) -> JSONResponse:
    assert isinstance(error, HTTPException)
    message = f"{_quoted(f'{request.method} {request.url.path}')}: {error.detail}; see /docs"
    return JSONResponse({"error": message}, error.status_code, error.headers)


async def _ignore_disconnect(request: Request, error: Exception) -> Response:
    """The client has disconnected and does not get this answer."""
    return Response(status_code=400)


async def _internal_error(request: Request, error: Exception) -> JSONResponse:
    return refusal(500, f"internal error (please report it): {error!r}")


def _quoted(words: str) -> str:
    return shortened(one_line(words), QUOTED)


HANDLERS = {
    Refused: _refuse,
    UserError: _refuse,
    RequestValidationError: _refuse_query,
    HTTPException: _refuse_path,
    ClientDisconnect: _ignore_disconnect,
    Exception: _internal_error,
}


def describe_request(encoding: Encoding) -> dict[str, Any]:
    """The ``requestBody`` of ``/predict`` in OpenAPI, for models with such inputs."""
    files = {"type": "array", "items": _BYTES}
    form = {"schema": {"type": "object", "properties": {"files": files}}}
    return {"requestBody": {"required": True, "content": {**_bodies(encoding), FORM: form}}}


def example_request(encoding: Encoding, url: str) -> str:
    """A shell command that sends the server a request."""
    file = encoding.example_file
    if encoding.kind == "images":
        return f"curl {url}/predict --data-binary @{file}"
    if encoding.kind == "text":
        return f'curl {url}/predict --json \'{{"texts": ["…"]}}\''
    return f"curl {url}/predict -H 'content-type: text/csv' --data-binary @{file}"


def _bodies(encoding: Encoding) -> dict[str, Any]:
    unit = input_name(encoding)
    if unit == "images":
        return {"application/octet-stream": {"schema": _BYTES}}
    examples = {"type": "array", "items": _EXAMPLES[unit]}
    schema = {"type": "object", "properties": {unit: examples}, "required": [unit]}
    text = {kind: {"schema": {"type": "string"}} for kind in SUFFIXES[encoding.kind]}
    return {JSON: {"schema": schema}, **text}


def add_docs(app: FastAPI) -> None:
    """Add the page ``/docs``, where names are text and only the server's own scripts run."""
    app.get("/docs", include_in_schema=False)(docs)
    app.get("/", include_in_schema=False)(front)


async def docs(request: Request) -> HTMLResponse:
    """All routes, to read and to try."""
    root, app = request.scope.get("root_path", ""), request.app
    page = get_swagger_ui_html(
        openapi_url=f"{root}{app.openapi_url}",
        title=escape(app.title),  # FastAPI puts it into the page as it is
        oauth2_redirect_url=None,
        swagger_js_url=f"{root}{_STATIC}/swagger-ui-bundle.js",
        swagger_css_url=f"{root}{_STATIC}/swagger-ui.css",
        swagger_favicon_url=f"{root}{_STATIC}/favicon.png",
    )
    page.headers["Content-Security-Policy"] = _policy(bytes(page.body).decode())
    return page


async def front(request: Request) -> RedirectResponse:
    """Redirect to ``/docs``."""
    return RedirectResponse(f"{request.scope.get('root_path', '')}/docs")


def _policy(page: str) -> str:
    """A policy by which nothing is loaded from elsewhere and only the page's own scripts run."""
    digests = (b64encode(sha256(each.encode()).digest()).decode() for each in _SCRIPT.findall(page))
    own = " ".join(f"'sha256-{each}'" for each in digests)
    return (
        f"default-src 'self'; script-src 'self' {own}; style-src 'self' 'unsafe-inline'; "
        "img-src 'self' data:; frame-ancestors 'none'"
    )
