"""The metrics of a service. Label values come from fixed lists and are never ids."""

from dataclasses import dataclass

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram


@dataclass(frozen=True)
class Metrics:
    registry: CollectorRegistry
    commands: Counter
    command_seconds: Histogram
    relay_lag: Gauge
    relay_oldest: Gauge
    relay_published: Counter
    consumed: Counter
    dead_letters: Counter
    projection_lag: Gauge
    set_aside: Gauge
    retention_overdue: Gauge
    retention_stopped: Gauge
    requests_overdue: Gauge
    lists_behind: Gauge
    timers_waiting: Gauge
    timers_overdue: Gauge
    timers_fired: Counter
    fault: Gauge
    loop_failures: Counter
    logouts_refused: Counter

    @classmethod
    def create(cls, registry: CollectorRegistry) -> "Metrics":
        def counter(name: str, text: str, *labels: str) -> Counter:
            return Counter(f"banen_{name}", text, labels, registry=registry)

        def gauge(name: str, text: str, *labels: str) -> Gauge:
            return Gauge(f"banen_{name}", text, labels, registry=registry)

        return cls(
            registry,
            counter(
                "commands_total",
                "Commands, by outcome: accepted, unchanged, repeated, refused, unavailable or failed.",
                "command",
                "outcome",
            ),
            Histogram(
                "banen_command_seconds",
                "Time from a command received to its answer.",
                ["command"],
                registry=registry,
            ),
            gauge("relay_lag_events", "Events recorded that the bus does not have yet."),
            gauge(
                "relay_oldest_unpublished_age_seconds",
                "Age of the oldest event that the bus does not have yet.",
            ),
            counter("relay_published_total", "Public events that the bus confirmed."),
            counter("consumed_total", "Messages read from the bus, by outcome.", "consumer", "outcome"),
            counter("dead_letters_total", "Messages set aside as unreadable.", "consumer", "reason"),
            gauge("projection_lag_events", "Events received that are not in the figures yet."),
            gauge("set_aside_events", "Events received that cannot be counted, by reason.", "reason"),
            gauge(
                "retention_overdue_persons",
                "Persons whose data should have been erased, by kind of data.",
                "kind",
            ),
            gauge(
                "retention_stopped_persons",
                "Persons who are not erased until a steward confirms, because they are far more than usual.",
            ),
            gauge("requests_overdue", "Requests of persons that should have been answered."),
            gauge("lists_behind_events", "Events recorded that the lists do not show yet."),
            gauge("timers_waiting", "Streams in which a timer is due on a later day.", "timer"),
            gauge("timers_overdue", "Streams in which a timer is due and was not fired yet.", "timer"),
            counter(
                "timers_fired_total",
                "Timers fired, by outcome: accepted, unchanged, repeated or refused.",
                "timer",
                "outcome",
            ),
            gauge("fault", "1 while something is wrong, by name; /readyz says what.", "fault"),
            counter(
                "loop_failures_total",
                "Attempts of background work that failed, by loop and kind of error.",
                "loop",
                "reason",
            ),
            counter("logout_tokens_refused_total", "Logout tokens that ended nothing, by reason.", "reason"),
        )
