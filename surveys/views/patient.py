"""The patient's pages at /s/<token>/: no JavaScript, no cookies, the token is the authority."""

from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cxplatform.lib.codes import token_hash
from cxplatform.lib.tenancy import NothingFound, bound_by
from surveys.answers import FieldError
from surveys.pages import INTRO, STYLE_HASH, intro_page, kind_page, question_page, read_form_token, thanks_page
from surveys.services import AlreadyAnswered, LinkClosed, LinkOver, SavedElsewhere, Sitting, open_link, save_page
from surveys.wording import LEAVE_EMPTY, STALE_FORM
from tenants.access import declared

TRIES = 4
THANKS_FOR = timedelta(hours=1)
HONEYPOT = "_website"
_CSP = (
    f"default-src 'none'; style-src '{STYLE_HASH}'; img-src data: 'self'; form-action 'self'; base-uri 'none';"
    " frame-ancestors 'none'"
)

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
    language = request.GET.get("lang", "")[:8]
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.SURVEY_BODY_LIMIT:
        return _kind("too_big", 413, language)
    if request.method == "POST" and _is_too_often(token):
        return _kind("too_often", 429, language, headers={"Retry-After": "60"})
    try:
        form = dict(request.POST.lists())
    except (RequestDataTooBig, TooManyFieldsSent):
        return _kind("too_big", 413, language)
    for _ in range(TRIES):
        try:
            with bound_by("cx_invitation_by_token", token_hash(token)) as (_, invitation_id):
                return _sit(request, invitation_id, form, language)
        except NothingFound:
            return _kind("unknown", 404, language)
        except (SavedElsewhere, IntegrityError):
            continue  # somebody saved the same response at the same moment: look again and decide anew
    return _kind("later", 503, language, headers={"Retry-After": "5"})


def _sit(request: HttpRequest, invitation_id: UUID, form: dict[str, list[str]], language: str) -> HttpResponse:
    now = timezone.now()
    said = read_form_token(form.get("_form", [""])[0]) if request.method == "POST" else None
    version_id = UUID(said[1]) if said and said[0] == invitation_id.hex else None
    try:
        sitting = open_link(invitation_id=invitation_id, now=now, language=language, version_id=version_id)
    except AlreadyAnswered as closed:
        return _answered(request, closed, language)
    except LinkOver as closed:
        return HttpResponse(
            kind_page("over", language=language or closed.invitation.language, program=closed.invitation.program),
            status=410,
        )
    if request.method == "POST":
        return _save(request, sitting, form, said if version_id else None)
    return HttpResponse(_shown(sitting, request.GET.get("page", "")))


def _shown(sitting: Sitting, wanted: str) -> str:
    """Return the page that was asked for if it is open, else the first that was not saved, else the introduction."""
    pages = {page.id: page for page in sitting.pages}
    if wanted in pages:
        return question_page(sitting, pages[wanted])
    if sitting.definition.intro and (wanted == INTRO or sitting.response is None):
        return intro_page(sitting)
    page = sitting.next_page() or sitting.pages[-1]
    return question_page(sitting, page)


def _save(
    request: HttpRequest, sitting: Sitting, form: dict[str, list[str]], said: tuple[str, str, str] | None
) -> HttpResponse:
    page_id = said[2] if said else request.GET.get("page", "")
    if said and page_id == INTRO:
        return _go(sitting, sitting.next_page() or sitting.pages[0])
    page = sitting.definition.pages_by_id.get(page_id) or sitting.next_page() or sitting.pages[0]
    if said is None or form.get(HONEYPOT, [""])[0]:
        words = STALE_FORM if said is None else LEAVE_EMPTY
        error = {"": FieldError("form", str(words))}
        return HttpResponse(question_page(sitting, page, errors=error, form=form), status=400)
    going_back = form.get("_go", [""])[0] == "back"
    saved = save_page(sitting, page=page, form=form, now=timezone.now(), submits=not going_back)
    if saved.errors and not going_back:
        return HttpResponse(question_page(sitting, page, errors=saved.errors, form=form), status=422)
    if going_back:
        return _go(sitting, _page_before(sitting, page))
    return _go(sitting, saved.next_page)


def _go(sitting: Sitting, page: Any) -> HttpResponse:
    where = f"page={page.id}" if page else "done=1"
    return HttpResponseRedirect(f"?{where}&lang={sitting.language}", status=303)


def _page_before(sitting: Sitting, page: Any) -> Any:
    pages = sitting.pages
    place = next((number for number, each in enumerate(pages) if each.id == page.id), 0)
    return pages[max(place - 1, 0)]


def _answered(request: HttpRequest, closed: LinkClosed, language: str) -> HttpResponse:
    invitation = closed.invitation
    response, now = invitation.response, timezone.now()
    if request.method == "POST":  # the same form sent twice: lead the second one to the same end
        return HttpResponseRedirect(f"?done=1&lang={response.language}", status=303)
    if "done" in request.GET and response.submitted_at and now < response.submitted_at + THANKS_FOR:
        return HttpResponse(thanks_page(response, program=invitation.program))
    return HttpResponse(kind_page("answered", language=language or response.language, program=invitation.program))


def _kind(kind: str, status: int, language: str, headers: dict[str, str] | None = None) -> HttpResponse:
    html = kind_page(kind, language=language or "en", program=None)
    return HttpResponse(html, status=status, headers=headers)


def _is_too_often(token: str) -> bool:
    """Count posts per link and minute; without Redis nothing is counted and nothing refused."""
    minute = int(timezone.now().timestamp() // 60)
    key = f"survey-posts:{token_hash(token).hex()[:32]}:{minute}"
    cache.add(key, 0, timeout=120)
    try:
        return cache.incr(key) > settings.SURVEY_POSTS_PER_MINUTE
    except ValueError:  # expired between the two
        return False
