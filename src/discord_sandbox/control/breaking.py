"""Breaking: faults, the clock and the record."""

from __future__ import annotations

from discord_sandbox.control.looking import clock_json
from discord_sandbox.control.routing import Ask, Operation, Refused
from discord_sandbox.events import Event
from discord_sandbox.faults import GATEWAY_KINDS, BadFault, Fault, fault_json
from discord_sandbox.model import Json


def order_fault(ask: Ask) -> Json:
    try:
        fault = ask.backend.faults.order(ask.body)
    except BadFault as problem:
        raise Refused(f"{problem}.") from None
    if fault.kind in GATEWAY_KINDS and not fault.in_passing:
        ask.backend.hub.strike(fault)
    _tell(ask, fault)
    return {"id": str(fault.id), "struck": fault.struck}


def _tell(ask: Ask, fault: Fault) -> None:
    ask.world.bus.publish(Event("FAULT", fault_json(fault), only=frozenset(), bots=False))


def _fault(ask: Ask) -> Fault:
    found = ask.backend.faults.get(ask.param("fault"))
    if found is None:
        raise Refused(f"There is no fault {ask.params['fault']}: it may have been deleted.", 404)
    return found


def get_fault(ask: Ask) -> Json:
    return fault_json(_fault(ask))


async def struck(ask: Ask) -> Json:
    """Answer once the fault has struck `times`, or after 25 s."""
    fault = _fault(ask)
    await fault.wait_struck(ask.number("times", 1), timeout=25)
    return fault_json(fault)


def release_fault(ask: Ask) -> Json:
    fault = _fault(ask)
    fault.released.set()
    _tell(ask, fault)
    return fault_json(fault)


def delete_fault(ask: Ask) -> Json:
    fault = _fault(ask)
    ask.backend.faults.remove(fault.id)
    return {}


def delete_faults(ask: Ask) -> Json:
    ask.backend.faults.remove()
    return {}


def set_clock(ask: Ask) -> Json:
    clock = ask.backend.clock
    changes = {"set_ms": clock.set_ms, "offset_ms": clock.set_offset_ms, "step_ms": clock.step_ms}
    named = [name for name in changes if name in ask.body]
    if len(named) != 1:
        raise Refused("The body needs one of set_ms, offset_ms and step_ms.")
    value = ask.body[named[0]]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise Refused(f"`{named[0]}` must be a number of milliseconds.")
    changes[named[0]](int(value))
    shaped = clock_json(ask)
    ask.world.bus.publish(Event("CLOCK", shaped, bots=False))
    return shaped


def forget(ask: Ask) -> Json:
    ask.backend.requests.clear()
    ask.world.seen.clear()
    return {}


def reset(ask: Ask) -> Json:
    ask.backend.reset()
    return {}


OPERATIONS = (
    Operation("POST", "/faults", order_fault),
    Operation("DELETE", "/faults", delete_faults),
    Operation("GET", "/faults/{fault}", get_fault),
    Operation("GET", "/faults/{fault}/struck", struck),
    Operation("POST", "/faults/{fault}/release", release_fault),
    Operation("DELETE", "/faults/{fault}", delete_fault),
    Operation("POST", "/clock", set_clock),
    Operation("DELETE", "/record", forget),
    Operation("POST", "/reset", reset),
)
