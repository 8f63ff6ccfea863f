"""Addresses of the settings pages of tenants."""

from django.urls import URLPattern, path

from tenants.views import members, organization, partners, programs, teams

app_name = "tenants"

_SETTINGS = "o/<slug:slug>/settings/"
_MEMBER, _TEAM = f"{_SETTINGS}members/<uuid:member_id>/", f"{_SETTINGS}teams/<uuid:team_id>/"

urlpatterns: list[URLPattern] = [
    path(_SETTINGS, organization.settings, name="settings"),
    path(f"{_SETTINGS}members/", members.members, name="members"),
    path(f"{_SETTINGS}members/invite/", members.invite, name="invite"),
    path(_MEMBER, members.member, name="member"),
    path(f"{_MEMBER}deactivate/", members.deactivate, name="deactivate_member"),
    path(f"{_MEMBER}reactivate/", members.reactivate, name="reactivate_member"),
    path(f"{_MEMBER}welcome/", members.welcome, name="resend_welcome"),
    path(f"{_SETTINGS}teams/", teams.teams, name="teams"),
    path(f"{_SETTINGS}teams/new/", teams.new_team, name="new_team"),
    path(_TEAM, teams.team, name="team"),
    path(f"{_TEAM}deactivate/", teams.deactivate_team, name="deactivate_team"),
    path(f"{_TEAM}reactivate/", teams.reactivate_team, name="reactivate_team"),
    path(f"{_SETTINGS}programs/", programs.programs, name="programs"),
    path(f"{_SETTINGS}programs/new/", programs.new_program, name="new_program"),
    path(f"{_SETTINGS}programs/<uuid:program_id>/", programs.program, name="program"),
    path(f"{_SETTINGS}programs/<uuid:program_id>/switch/", programs.switch_program, name="switch_program"),
    path(f"{_SETTINGS}partners/", partners.partners, name="partners"),
    path(f"{_SETTINGS}partners/new/", partners.new_partner, name="new_partner"),
    path(f"{_SETTINGS}partners/<uuid:partner_id>/", partners.partner, name="partner"),
]
