"""Users and applications in JSON."""

from __future__ import annotations

from discord_sandbox.model import Application, Json, User
from discord_sandbox.signing import verify_key


def user_json(user: User) -> Json:
    """The public user object. It is shared: copy it before changing it."""
    shaped = user.json_cache
    if shaped is None:
        shaped = user.json_cache = {
            "id": str(user.id),
            "username": user.username,
            "avatar": user.avatar,
            "discriminator": "0000" if user.bot else "0",
            "public_flags": 0,
            "flags": 0,
            "banner": user.banner,
            "accent_color": None,
            "global_name": user.global_name,
            "avatar_decoration_data": None,
            "collectibles": None,
            "primary_guild": None,
        }
        if user.bot:
            shaped["bot"] = True
    return shaped


def forget_user_json(user: User) -> None:
    """The user has changed: shape it anew when it is next asked for."""
    user.json_cache = None


def own_user_json(user: User) -> Json:
    """The user object that a user gets of itself."""
    return {
        **user_json(user),
        "mfa_enabled": False,
        "locale": user.locale,
        "premium_type": 0,
        "email": None,
        "verified": True,
    }


def basic_application_json(application: Application, bot: User) -> Json:
    """The application as a message names it."""
    return {
        "id": str(application.id),
        "name": application.name,
        "icon": application.icon,
        "description": application.description,
        "type": None,
        "bot": user_json(bot),
    }


def application_json(
    application: Application, bot: User, owner: User, guild_count: int, user_count: int = 0
) -> Json:
    """The application object that its bot gets of it."""
    shaped: Json = {
        "id": str(application.id),
        "name": application.name,
        "icon": application.icon,
        "description": application.description,
        "type": None,
        "bot": user_json(bot),
        "bot_public": True,
        "bot_require_code_grant": False,
        "verify_key": verify_key(application.signing_key),
        "flags": application.flags,
        "flags_new": str(application.flags),
        "max_participants": None,
        "tags": application.tags,
        "summary": "",
        "redirect_uris": [],
        "interactions_endpoint_url": application.interactions_endpoint_url,
        "role_connections_verification_url": application.role_connections_url,
        "integration_types_config": application.integration_types,
        "owner": user_json(owner),
        "approximate_guild_count": guild_count,
        "approximate_user_install_count": user_count,
        "approximate_user_authorization_count": 0,
        "event_webhooks_url": None,
        "event_webhooks_status": 1,
        "event_webhooks_types": [],
        "explicit_content_filter": 0,
        "team": None,
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
    }
    if application.custom_install_url is not None:
        shaped["custom_install_url"] = application.custom_install_url
    if application.install_params is not None:
        shaped["install_params"] = application.install_params
    if application.cover_image is not None:
        shaped["cover_image"] = application.cover_image
    return shaped
