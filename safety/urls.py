"""Addresses of the safety lane."""

from django.urls import path

from safety.views import crisis, items, judging, reconciliation, reporting, setup

app_name = "safety"

_LANE = "o/<str:slug>/safety/"
_ITEM = _LANE + "<uuid:item_id>/"

urlpatterns = [
    path(_LANE, items.index, name="index"),
    path(_LANE + "report/", reporting.report, name="report"),
    path(_LANE + "training/", setup.training, name="training"),
    path(_LANE + "settings/", setup.settings, name="settings"),
    path(_LANE + "settings/<uuid:program_id>/", setup.program, name="program"),
    path(_LANE + "reconciliation/", reconciliation.reconciliation, name="reconciliation"),
    path(_LANE + "reconciliation.csv", reconciliation.reconciliation_csv, name="reconciliation_csv"),
    path(_ITEM, items.item, name="item"),
    path(_ITEM + "record/", items.record, name="record"),
    path(_ITEM + "judge/", judging.judge, name="judge"),
    path(_ITEM + "forward/", judging.forward, name="forward"),
    path(_ITEM + "number/", judging.number, name="number"),
    path(_ITEM + "check/", judging.check, name="check"),
    path(_ITEM + "crisis/", crisis.crisis, name="crisis"),
    path(_ITEM + "acknowledge/", crisis.acknowledge, name="acknowledge"),
    path("safety/confirm/<str:token>/", setup.confirm, name="confirm"),
]
