"""What the processes hold after the work."""

from benchmarks.processes import children, pss_mb
from benchmarks.results import Goal, Result
from tests.faults.world import World


def measure(world: World) -> Result:
    """Read the memory of every web worker and Celery child."""
    web = [pss_mb(pid) for pid in children(world.site.pid)]
    tasks = [pss_mb(pid) for each in world.workers.values() for pid in children(each.pid)]
    return Result(
        "Memory (PSS), the largest of its kind",
        [Goal("web worker", max(web), 90, " MB"), Goal("Celery child", max(tasks), 90, " MB")],
        {"web workers": len(web), "Celery children": len(tasks), "web master, MB": pss_mb(world.site.pid)},
    )
