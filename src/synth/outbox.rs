//! Messages between the act that they tell and their arrival: wraps records as CloudEvents, decides when each arrives and whether it comes
//! twice, keeps them by day of arrival and hands out a day at a time. Knows no domain.

use std::collections::BTreeMap;

use super::chance::Chance;
use super::faults;
use super::instant::{Day, Instant, InstantWriter, text};
use super::json;
use super::money::Currency;
use super::plan::{Plan, Unruliness};
use super::record::{Change, Record, Version};
use super::table::Table;
use super::totals::Totals;
use super::truth::{Sheet, Truth};

/// What arrives on one day, in order of arrival.
#[derive(Debug, Clone, Default)]
pub(super) struct Arrivals {
    text: Vec<u8>,
    entries: Vec<Entry>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Entry {
    arrival: Instant,
    serial: u64,
    start: usize,
    end: usize,
    malformed: bool,
}

impl Arrivals {
    /// The messages: each a line of JSON without its end, and whether it is malformed on purpose.
    pub(super) fn messages(&self) -> impl Iterator<Item = (&[u8], bool)> {
        self.entries.iter().map(|entry| (&self.text[entry.start..entry.end], entry.malformed))
    }

    /// How many there are.
    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// How many messages of which kind.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize)]
pub(super) struct Counts {
    pub(super) messages: u64,
    pub(super) late: u64,
    pub(super) duplicate: u64,
    pub(super) malformed: u64,
    pub(super) partial: u64,
    pub(super) deleted: u64,
    pub(super) corrected: u64,
    pub(super) conflicting: u64,
}

/// Messages under way.
pub(super) struct Outbox {
    /// The message being written.
    pub(super) text: Vec<u8>,
    pub(super) instants: InstantWriter,
    pub(super) totals: Totals,
    pub(super) counts: Counts,
    pub(super) messages_by_table: Vec<u64>,
    /// When the present act happens: nothing that it tells arrives earlier.
    pub(super) now: Instant,
    plan: Plan,
    /// What stands between a message's number and its time, by table.
    heads: Vec<String>,
    chance: Chance,
    unruliness: Unruliness,
    pending: BTreeMap<Day, Arrivals>,
    noted: Vec<Noted>,
    serial: u64,
}

/// A message that went astray.
#[derive(Debug, Clone, Copy)]
struct Noted {
    kind: &'static str,
    serial: u64,
    table: Option<Table>,
    at: Instant,
    arrival: Instant,
}

impl Outbox {
    pub(super) fn new(plan: &Plan) -> Self {
        let head =
            |table: &Table| format!("\",\"source\":\"/synth/{}\",\"type\":\"quarterdeck.{}", table.system().name(), table.name());
        Self {
            text: Vec::with_capacity(4_096),
            instants: InstantWriter::new(),
            totals: Totals::new(plan.from),
            counts: Counts::default(),
            messages_by_table: vec![0; Table::ALL.len()],
            now: plan.from.start(),
            plan: plan.clone(),
            heads: Table::ALL.iter().map(head).collect(),
            chance: Chance::new(plan.seed, 1),
            unruliness: plan.unruliness,
            pending: BTreeMap::new(),
            noted: Vec::new(),
            serial: 0,
        }
    }

    /// Begins a version of a record.
    pub(super) fn record(&mut self, version: Version) -> Record<'_> {
        let Self { text, instants, .. } = self;
        text.clear();
        text.extend_from_slice(b"{\"specversion\":\"1.0\",\"id\":\"");
        json::whole(text, i64::try_from(self.plan.seed & 0xffff_ffff).unwrap_or(0));
        text.push(b'-');
        json::whole(text, i64::try_from(self.serial).unwrap_or(i64::MAX));
        text.extend_from_slice(self.heads[version.table as usize].as_bytes());
        if matches!(version.change, Change::Removed { .. }) {
            text.extend_from_slice(b".deleted");
        }
        text.extend_from_slice(b"\",\"time\":\"");
        instants.write(text, version.at);
        text.extend_from_slice(b"\",\"sequence\":");
        json::whole(text, i64::from(version.sequence));
        if version.change == Change::Partial {
            text.extend_from_slice(b",\"partial\":true");
        }
        text.extend_from_slice(b",\"data\":{");
        Record { outbox: self, version, money: None, currency: None, empty: true }
    }

    /// Sends the version in `text`; gives its number.
    pub(super) fn send(&mut self, version: Version, money: Option<(i64, Currency)>, currency: Option<Currency>) -> u64 {
        let serial = self.serial;
        self.serial += 1;
        if !self.plan.tells(version.table) {
            return serial;
        }
        self.text.extend_from_slice(b"},\"arrivedat\":\"");
        self.count(version, money, currency);
        let told_at = version.at.max(self.now);
        let mut arrival = told_at + faults::latency(&mut self.chance);
        let note = |kind, arrival| Noted { kind, serial, table: Some(version.table), at: version.at, arrival };
        if self.chance.per_million(self.unruliness.late) {
            arrival = told_at + faults::lateness(&mut self.chance);
            self.counts.late += 1;
            self.noted.push(note("late", arrival));
        }
        self.deliver(arrival, serial);
        if self.chance.per_million(self.unruliness.duplicate) {
            let again = arrival + faults::echo(&mut self.chance);
            self.counts.duplicate += 1;
            self.noted.push(note("duplicate", again));
            self.deliver(again, serial);
        }
        if self.chance.per_million(self.unruliness.malformed) {
            self.deliver_malformed(arrival);
        }
        serial
    }

    /// The identifier of message number `serial`.
    pub(super) fn message_id(&self, serial: u64) -> String {
        format!("{}-{serial}", self.plan.seed & 0xffff_ffff)
    }

    /// Puts the message among those that arrive on the day of `arrival`.
    fn deliver(&mut self, arrival: Instant, serial: u64) {
        let arrivals = self.pending.entry(Day::of(arrival)).or_default();
        let start = arrivals.text.len();
        arrivals.text.extend_from_slice(&self.text);
        self.instants.write(&mut arrivals.text, arrival);
        arrivals.text.extend_from_slice(b"\"}");
        arrivals.entries.push(Entry { arrival, serial, start, end: arrivals.text.len(), malformed: false });
        self.counts.messages += 1;
    }

    /// Lets one arrive that cannot be read.
    fn deliver_malformed(&mut self, arrival: Instant) {
        let serial = self.serial;
        self.serial += 1;
        let id = self.message_id(serial);
        let arrivals = self.pending.entry(Day::of(arrival)).or_default();
        let start = arrivals.text.len();
        let kind = faults::malformed(&mut self.chance, &mut arrivals.text, &id, &text(arrival));
        arrivals.entries.push(Entry { arrival, serial, start, end: arrivals.text.len(), malformed: true });
        self.counts.messages += 1;
        self.counts.malformed += 1;
        self.noted.push(Noted { kind, serial, table: None, at: arrival, arrival });
    }

    /// Writes down what went astray since last time.
    pub(super) fn note_down(&mut self, truth: &mut Truth) {
        for noted in std::mem::take(&mut self.noted) {
            let table = noted.table.map_or("", Table::name);
            let id = self.message_id(noted.serial);
            truth.row(Sheet::Imperfections, &[&noted.kind, &id, &table, &"", &text(noted.at), &text(noted.arrival)]);
        }
    }

    /// Writes down that message `serial` changes a record in an unusual way.
    pub(super) fn note_record(
        &mut self,
        truth: &mut Truth,
        kind: &str,
        serial: u64,
        version: Version,
        record: impl std::fmt::Display,
    ) {
        if self.plan.tells(version.table) {
            let id = self.message_id(serial);
            truth.row(Sheet::Imperfections, &[&kind, &id, &version.table.name(), &record, &text(version.at), &""]);
        }
    }

    fn count(&mut self, version: Version, money: Option<(i64, Currency)>, currency: Option<Currency>) {
        let value = money.map_or(0, |(minor, _)| minor);
        let anchor = Day::of(version.anchor);
        let (day, rows, value, currency) = match version.change {
            Change::First => (anchor, 1, value, currency),
            Change::Revision { was } => (anchor, 0, value - was, currency),
            Change::Moved { was } => {
                self.totals.add(anchor, version.table, currency, -1, -was);
                (Day::of(version.at), 1, value, currency)
            }
            Change::Partial => (anchor, 0, 0, None),
            Change::Removed { was, currency } => (anchor, -1, -was, currency),
        };
        let currency = if version.table.money_column().is_some() { currency } else { None };
        self.totals.add(day, version.table, currency, rows, value);
        self.messages_by_table[version.table as usize] += 1;
        self.counts.partial += u64::from(version.change == Change::Partial);
        self.counts.deleted += u64::from(matches!(version.change, Change::Removed { .. }));
    }

    /// The messages that arrive on `day`; asked once, after everything of that day has been told.
    pub(super) fn take(&mut self, day: Day) -> Arrivals {
        let mut arrivals = self.pending.remove(&day).unwrap_or_default();
        arrivals.entries.sort_unstable();
        arrivals
    }

    /// The first day on which something still arrives.
    pub(super) fn next_day(&self) -> Option<Day> {
        self.pending.keys().next().copied()
    }
}
