"""Addresses of the case loop."""

from django.urls import path

from caseloop.views import actions, case, queue, settings

app_name = "caseloop"

_CASE = "o/<str:slug>/cases/<int:number>/"

urlpatterns = [
    path("o/<str:slug>/cases/", queue.queue, name="queue"),
    path("o/<str:slug>/cases/take-next/", queue.take_next, name="take_next"),
    path("o/<str:slug>/cases/bulk/", queue.bulk, name="bulk"),
    path(_CASE, case.case, name="case"),
    path(_CASE + "changes/", case.changes, name="changes"),
    path(_CASE + "draft/", case.draft, name="draft"),
    path(_CASE + "take/", actions.take, name="take"),
    path(_CASE + "assign/", actions.assign, name="assign"),
    path(_CASE + "note/", actions.note, name="note"),
    path(_CASE + "attempt/", actions.attempt, name="attempt"),
    path(_CASE + "wait/", actions.wait, name="wait"),
    path(_CASE + "resume/", actions.resume, name="resume"),
    path(_CASE + "resolve/", actions.resolve, name="resolve"),
    path(_CASE + "no-action/", actions.no_action, name="no_action"),
    path(_CASE + "close/", actions.close, name="close"),
    path(_CASE + "reopen/", actions.reopen, name="reopen"),
    path(_CASE + "contact/", case.contact, name="contact"),
    path(_CASE + "reveal/", actions.reveal, name="reveal"),
    path(_CASE + "ask-partner/", actions.ask_partner, name="ask_partner"),
    path(_CASE + "answer-for-partner/", actions.answer_for_partner, name="answer_for_partner"),
    path("o/<str:slug>/settings/clocks/", settings.clocks, name="clocks"),
]
