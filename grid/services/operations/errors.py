"""Why a change of an outage, a work order or a crew is refused."""

from flux_site.api.errors import FluxError


class StaleVersion(FluxError):
    """Somebody else changed the row since it was read."""

    code = "STALE_VERSION"


class ImpossibleTransition(FluxError):
    """This cannot be done to the row as it stands."""

    code = "IMPOSSIBLE_TRANSITION"


class AlreadyOut(FluxError):
    """All customers behind the device are without supply by another outage."""

    code = "ALREADY_OUT"


class NotOut(FluxError):
    """What should be restored is not without supply by this outage."""

    code = "NOT_OUT"


class TooManyRestored(FluxError):
    """More customers would come back than are out."""

    code = "TOO_MANY_RESTORED"


class OutageNotRestored(FluxError):
    """The work is on an outage that still leaves customers without supply."""

    code = "OUTAGE_NOT_RESTORED"


class CrewUnavailable(FluxError):
    """The crew is of another territory, off shift or busy."""

    code = "CREW_UNAVAILABLE"
