//! The service desk: tickets with a clock that pauses while the requester is asked, each change an event and a new version of the ticket.

use std::collections::VecDeque;

use super::agenda::Act;
use super::chance::Chance;
use super::company::Company;
use super::instant::{DAY, HOUR, Instant, MINUTE, text};
use super::markets::{MARKET_WEIGHTS, MARKETS};
use super::record::{Key, Version};
use super::table::Table;
use super::truth::Sheet;
use super::words::{AGENTS, FIRST_NAMES, LAST_NAMES};

/// Priorities with the hours in which they are to be resolved.
const PRIORITIES: [(&str, &str, i64); 4] =
    [("1 - Critical", "High", 4), ("2 - High", "High", 8), ("3 - Moderate", "Medium", 24), ("4 - Low", "Low", 72)];
const SUBJECTS: [(&str, &str, &str); 7] = [
    ("request", "Delivery", "Where is my order"),
    ("request", "Delivery", "Damaged parcel"),
    ("request", "Returns", "How to return"),
    ("request", "Billing", "Invoice copy"),
    ("request", "Product", "Question"),
    ("incident", "Shop", "Checkout error"),
    ("incident", "Integration", "Sync failed"),
];
const GROUPS: [&str; 4] = ["First line", "Logistics desk", "Billing desk", "Systems"];
const CHANNELS: [&str; 4] = ["Email", "Chat", "Phone", "Self-service"];

/// A change of a ticket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Step {
    Assign,
    Reassign,
    Wait,
    Resume,
    /// The clock runs out on an open ticket.
    Expire,
    Resolve,
    Reopen,
    Close,
}

/// A ticket as it stands, and what is to come of it.
#[derive(Debug)]
pub(super) struct Ticket {
    number: u64,
    opened_at: Instant,
    subject: usize,
    priority: usize,
    channel: usize,
    group: usize,
    location: &'static str,
    assignee: Option<usize>,
    state: &'static str,
    due_at: Instant,
    waiting_since: Option<Instant>,
    sla_met: Option<bool>,
    resolved_at: Option<Instant>,
    closed_at: Option<Instant>,
    reassignments: i64,
    reopenings: i64,
    updates: i64,
    to_come: VecDeque<(Instant, Step)>,
}

/// A ticket is opened.
pub(super) fn open(company: &mut Company, at: Instant) {
    company.next_ticket += 1;
    let dice = &mut company.dice.tickets;
    let priority = dice.weighted(&[3, 12, 55, 30]);
    let subject = dice.weighted(&[30, 10, 15, 15, 15, 8, 7]);
    let target = PRIORITIES[priority].2 * HOUR;
    let mut ticket = Ticket {
        number: company.next_ticket,
        opened_at: at,
        subject,
        priority,
        channel: dice.weighted(&[45, 25, 15, 15]),
        group: if SUBJECTS[subject].0 == "incident" { 3 } else { 0 },
        location: MARKETS[dice.weighted(&MARKET_WEIGHTS)].country,
        assignee: None,
        state: "New",
        due_at: at + target,
        waiting_since: None,
        sla_met: None,
        resolved_at: None,
        closed_at: None,
        reassignments: 0,
        reopenings: 0,
        updates: 0,
        to_come: VecDeque::new(),
    };
    ticket.to_come = course(dice, at, target);
    tell(company, &ticket, "created", at);
    go_on(company, Box::new(ticket));
}

/// What will happen to a ticket, in order.
fn course(dice: &mut Chance, at: Instant, target: i64) -> VecDeque<(Instant, Step)> {
    let mut steps = Vec::new();
    let work = dice.skewed(target * 28 / 100);
    steps.push((at + work / 12 + MINUTE, Step::Assign));
    if dice.per_mille(220) {
        steps.push((at + work / 5 + 2 * MINUTE, Step::Reassign));
    }
    let mut pause = 0;
    if dice.per_mille(250) {
        pause = dice.between(HOUR, 3 * DAY);
        steps.push((at + work / 3 + 3 * MINUTE, Step::Wait));
        steps.push((at + work / 3 + 3 * MINUTE + pause, Step::Resume));
    }
    let resolved_at = at + work + pause + 5 * MINUTE;
    if resolved_at > at + target + pause {
        steps.push((at + target + pause, Step::Expire));
    }
    steps.push((resolved_at, Step::Resolve));
    let mut done_at = resolved_at;
    if dice.per_mille(45) {
        let reopened_at = resolved_at + dice.between(2 * HOUR, 2 * DAY);
        done_at = reopened_at + dice.between(HOUR, DAY);
        steps.extend([(reopened_at, Step::Reopen), (done_at, Step::Resolve)]);
    }
    steps.push((done_at + 3 * DAY, Step::Close));
    steps.into()
}

fn go_on(company: &mut Company, ticket: Box<Ticket>) {
    if let Some((at, _)) = ticket.to_come.front() {
        company.agenda.add(*at, Act::MoveTicket(ticket));
    }
}

/// The next change of a ticket.
pub(super) fn step(company: &mut Company, mut ticket: Box<Ticket>, at: Instant) {
    let Some((_, step)) = ticket.to_come.pop_front() else { return };
    ticket.updates += 1;
    let dice = &mut company.dice.tickets;
    match step {
        Step::Assign => {
            ticket.assignee = Some(dice.index(AGENTS.len()));
            ticket.state = "In progress";
        }
        Step::Reassign => {
            ticket.group = dice.index(GROUPS.len());
            ticket.assignee = Some(dice.index(AGENTS.len()));
            ticket.reassignments += 1;
        }
        Step::Wait => {
            ticket.waiting_since = Some(at);
            ticket.state = "Awaiting requester";
        }
        Step::Resume => {
            ticket.due_at += at - ticket.waiting_since.take().unwrap_or(at);
            ticket.state = "In progress";
        }
        Step::Expire => expire(company, &mut ticket),
        Step::Resolve => {
            ticket.state = "Resolved";
            ticket.resolved_at = Some(at);
            ticket.sla_met.get_or_insert(at <= ticket.due_at);
        }
        Step::Reopen => {
            ticket.state = "In progress";
            ticket.resolved_at = None;
            ticket.reopenings += 1;
        }
        Step::Close => {
            ticket.state = "Closed";
            ticket.closed_at = Some(at);
        }
    }
    let kind = match step {
        Step::Resolve => "resolved",
        Step::Close => "closed",
        _ => "updated",
    };
    tell(company, &ticket, kind, at);
    go_on(company, ticket);
}

/// The clock has run out: missed from this instant on.
fn expire(company: &mut Company, ticket: &mut Ticket) {
    ticket.sla_met = Some(false);
    if company.plan.tells(Table::Tickets) {
        let resolved = ticket.to_come.iter().find(|(_, step)| *step == Step::Resolve).map(|(at, _)| *at);
        let met = resolved.filter(|at| *at < company.plan.end()).map(text).unwrap_or_default();
        company.truth.row(Sheet::Breaches, &[&"ticket_resolution", &Key("T-", ticket.number), &text(ticket.due_at), &met]);
    }
}

fn tell(company: &mut Company, ticket: &Ticket, kind: &str, at: Instant) {
    let (what, category, subcategory) = SUBJECTS[ticket.subject];
    let (priority, impact, _) = PRIORITIES[ticket.priority];
    let (id, assignee) = (Key("T-", ticket.number), ticket.assignee.map(|agent| AGENTS[agent]));
    let sequence = ticket.updates as u32;
    company
        .outbox
        .record(Version::first(Table::TicketEvents, at))
        .key("event_id", Key("E-", ticket.number * 16 + u64::from(sequence)))
        .key("ticket_id", id)
        .instant("event_at", at)
        .whole("sequence", i64::from(sequence))
        .text("kind", kind)
        .text("state", ticket.state)
        .text("priority", priority)
        .text("category", category)
        .text("assignment_group", GROUPS[ticket.group])
        .text("assignee", assignee)
        .text("actor", assignee.unwrap_or("desk robot"))
        .send();
    let requester = format!(
        "{} {}",
        FIRST_NAMES[ticket.number as usize % FIRST_NAMES.len()],
        LAST_NAMES[ticket.number as usize / 5 % LAST_NAMES.len()]
    );
    let version = if sequence == 0 {
        Version::first(Table::Tickets, at)
    } else {
        Version::revision(Table::Tickets, ticket.opened_at, at, 0)
    };
    company
        .outbox
        .record(version.with_sequence(sequence))
        .key("ticket_id", id)
        .text("kind", what)
        .text("state", ticket.state)
        .text("priority", priority)
        .text("impact", impact)
        .text("urgency", impact)
        .text("channel", CHANNELS[ticket.channel])
        .text("category", category)
        .text("subcategory", subcategory)
        .text("location", ticket.location)
        .text("assignment_group", GROUPS[ticket.group])
        .text("assignee", assignee)
        .text("requester", requester.as_str())
        .text("resolution_code", ticket.resolved_at.map(|_| "Solved"))
        .instant("opened_at", ticket.opened_at)
        .instant("resolved_at", ticket.resolved_at)
        .instant("closed_at", ticket.closed_at)
        .instant("sla_at", ticket.due_at)
        .truth("sla_met", ticket.sla_met)
        .whole("reassignment_count", ticket.reassignments)
        .whole("reopen_count", ticket.reopenings)
        .whole("update_count", ticket.updates)
        .send();
}
