"""The patient's pages at /s/<token>/: no JavaScript, no cookies, the token is the authority."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from uuid import UUID

import structlog
from django.conf import settings
from django.core.exceptions import BadRequest, RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import IntegrityError, InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, UnreadablePostError
from django.http.multipartparser import MultiPartParserError
from django.utils import timezone, translation
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cxplatform.lib.codes import token_hash
from cxplatform.lib.tenancy import NothingFound, bound_by
from surveys.answers import FieldError
from surveys.definitions import Page
from surveys.models import Invitation, Response
from surveys.pace import is_too_often
from surveys.pages import (
    INTRO,
    STYLE_HASH,
    FormToken,
    Sheet,
    intro_page,
    kind_page,
    question_page,
    read_form_token,
    thanks_page,
)
from surveys.services import SavedElsewhere, save_page
from surveys.sitting import AlreadyAnswered, LinkOver, Sitting, open_link
from surveys.wording import LEAVE_EMPTY, STALE_FORM
from tenants.access import declared
from tenants.models import Program

log = structlog.get_logger(__name__)

TRIES = 10
THANKS_FOR = timedelta(hours=1)
HONEYPOT = "_website"
_CSP = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; img-src data: 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)
_TOO_MUCH = (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent)
# A charset that nobody uses makes Python's codecs raise nearly anything that is a ValueError or a LookupError.
_UNREADABLE = (BadRequest, MultiPartParserError, UnreadablePostError, ValueError, LookupError)

Form = dict[str, list[str]]
View = Callable[[HttpRequest, str], HttpResponse]


def _sealed(view: View) -> View:
    """Give every answer its own strict headers: no caching, no referrer, no script, no other host."""

    @wraps(view)
    def sealed(request: HttpRequest, token: str) -> HttpResponse:
        response = view(request, token)
        response["Content-Security-Policy"] = _CSP
        response["Cache-Control"] = "no-store, private"
        response["Referrer-Policy"] = "no-referrer"
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response

    return sealed


@csrf_exempt  # no cookies here: the form carries a signed token instead
@require_http_methods(["GET", "HEAD", "POST"])
@declared("link")
@_sealed
def answer(request: HttpRequest, token: str) -> HttpResponse:
    """Show or save the pages of one survey link. A GET never uses up the link."""
    link = token_hash(token)
    try:
        if _length(request) > settings.SURVEY_BODY_LIMIT:
            return _refusal(request, link, "too_big", 413)
        if request.method == "POST" and is_too_often(link, now=timezone.now()):
            return _refusal(request, link, "too_often", 429)
        asked = request.GET.dict()
        form = dict(request.POST.lists()) if request.method == "POST" else {}
    except _TOO_MUCH:
        return _refusal(request, link, "too_big", 413)
    except _UNREADABLE:
        return _refusal(request, link, "unreadable", 400)
    return _within(request, link, lambda invitation_id: sit(request, invitation_id, asked, form))


def _within(request: HttpRequest, link: bytes, work: Callable[[UUID], HttpResponse]) -> HttpResponse:
    """Do the work in a transaction of the link's organization, and once more wherever that may help."""
    # A stale connection is noticed and replaced below, without asking the server first each time.
    connection.health_check_done = True  # type: ignore[attr-defined]
    lost = 0
    for _ in range(TRIES):
        try:
            with bound_by("cx_invitation_by_token", link) as (_, invitation_id):
                return work(invitation_id)
        except NothingFound:
            return _kind(request, "unknown", 404)
        except (SavedElsewhere, IntegrityError):
            continue  # somebody saved the same response at the same moment: look again and decide anew
        except (OperationalError, InterfaceError) as error:
            log.warning("survey.database", error=type(error).__name__)
            connection.close()
            lost += 1
            if lost > 1:
                break
    return _kind(request, "later", 503)


def sit(
    request: HttpRequest, invitation_id: UUID, asked: dict[str, str], form: Form, *, mode: str = Response.Mode.WEB
) -> HttpResponse:
    """Show or save one page of an invitation; call inside a transaction of its organization.

    Raises SavedElsewhere or IntegrityError when the same response was saved at the same moment: start over.
    """
    said = read_form_token(form.get("_form", [""])[0])
    if said and said.invitation != invitation_id.hex:
        said = None
    try:
        sitting = open_link(
            invitation_id=invitation_id,
            now=timezone.now(),
            language=asked.get("lang", ""),
            version_id=UUID(said.version) if said else None,
        )
    except AlreadyAnswered as closed:
        return _answered(request, closed.invitation, asked)
    except LinkOver as closed:
        language = _wanted(asked) or closed.invitation.language
        return _send(request, kind_page("over", language=language, program=closed.invitation.program), 410)
    sitting.mode = mode
    if request.method != "POST":
        return _send(request, _shown(sitting, asked.get("page", "")))
    if said and said.version != sitting.version_id.hex:
        said = None  # answering began elsewhere, with another version
    return _save(request, sitting, asked, form, said)


def _shown(sitting: Sitting, wanted: str) -> Sheet:
    """Return the page that was asked for if it is open, else the first that was not saved, else the introduction."""
    pages = {page.id: page for page in sitting.pages}
    if wanted in pages:
        return question_page(sitting, pages[wanted])
    if sitting.definition.intro and (wanted == INTRO or sitting.response is None):
        return intro_page(sitting)
    return question_page(sitting, _next(sitting))


def _save(
    request: HttpRequest, sitting: Sitting, asked: dict[str, str], form: Form, said: FormToken | None
) -> HttpResponse:
    page_id = said.page_id if said else asked.get("page", "")
    if said and page_id == INTRO:
        return _go(sitting, _next(sitting))
    page = sitting.definition.pages_by_id.get(page_id) or _next(sitting)
    if said is None or form.get(HONEYPOT, [""])[0]:
        error = FieldError("form", str(STALE_FORM if said is None else LEAVE_EMPTY))
        return _send(request, question_page(sitting, page, errors={"": error}, form=form), 400)
    going_back = form.get("_go", [""])[0] == "back"
    saved = save_page(
        sitting, page=page, form=form, now=timezone.now(), submits=not going_back, was_filled=said.was_filled
    )
    if going_back:
        return _go(sitting, _page_before(sitting, page))
    if saved.errors:
        return _send(request, question_page(sitting, page, errors=saved.errors, form=form), 422)
    return _go(sitting, saved.next_page)


def _go(sitting: Sitting, page: Page | None) -> HttpResponse:
    where = f"page={page.id}" if page else "done=1"
    return HttpResponseRedirect(f"?{where}&lang={sitting.language}", status=303)


def _next(sitting: Sitting) -> Page:
    return sitting.next_page() or sitting.pages[-1]


def _page_before(sitting: Sitting, page: Page) -> Page:
    pages = sitting.pages
    place = next((number for number, each in enumerate(pages) if each.id == page.id), 0)
    return pages[max(place - 1, 0)]


def _answered(request: HttpRequest, invitation: Invitation, asked: dict[str, str]) -> HttpResponse:
    response, now = invitation.response, timezone.now()
    if request.method == "POST":  # the same form sent twice: lead the second one to the same end
        return HttpResponseRedirect(f"?done=1&lang={response.language}", status=303)
    if "done" in asked and response.submitted_at and now < response.submitted_at + THANKS_FOR:
        return _send(request, thanks_page(response, program=invitation.program))
    language = _wanted(asked) or response.language
    return _send(request, kind_page("answered", language=language, program=invitation.program, response=response))


def _refusal(request: HttpRequest, link: bytes, kind: str, status: int) -> HttpResponse:
    """Say what was wrong with a request that is not read any further, with the telephone number of the program."""

    def refuse(invitation_id: UUID) -> HttpResponse:
        invitation = Invitation.objects.select_related("program").get(pk=invitation_id)
        return _kind(request, kind, status, invitation=invitation)

    return _within(request, link, refuse)


def _kind(request: HttpRequest, kind: str, status: int, *, invitation: Invitation | None = None) -> HttpResponse:
    program: Program | None = invitation.program if invitation else None
    language = _wanted_of(request) or (invitation.language if invitation else translation.get_language() or "en")
    response = _send(request, kind_page(kind, language=language, program=program), status)
    if kind in _RETRY_AFTER_S:
        response["Retry-After"] = _RETRY_AFTER_S[kind]
    return response


_RETRY_AFTER_S = {"too_often": "60", "later": "5"}
_KNOWN_LANGUAGES = frozenset(code for code, _ in settings.LANGUAGES)


def _wanted(asked: dict[str, str]) -> str:
    language = asked.get("lang", "")
    return language if language in _KNOWN_LANGUAGES else ""


def _wanted_of(request: HttpRequest) -> str:
    try:
        return _wanted(request.GET.dict())
    except _TOO_MUCH:
        return ""


def _length(request: HttpRequest) -> int:
    try:
        return int(request.META.get("CONTENT_LENGTH") or 0)
    except ValueError:  # Django reads no body then
        return 0


def _send(request: HttpRequest, sheet: Sheet, status: int = 200) -> HttpResponse:
    packed = "gzip" in request.headers.get("Accept-Encoding", "")
    skeleton = sheet.skeleton
    response = HttpResponse(skeleton.gzipped(sheet.token) if packed else skeleton.plain(sheet.token), status=status)
    if packed:
        response["Content-Encoding"] = "gzip"
    response["Vary"] = "Accept-Encoding"
    response["Content-Language"] = sheet.language
    return response
