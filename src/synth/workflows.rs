//! Workflow runs and their steps: orders and invoices synchronised by machines that fail and try again, bills matched, prices and purchases
//! approved by people. A retry is a run of its own that handles the same document and names the run that it repeats.

use super::agenda::Act;
use super::basket::Line;
use super::company::Company;
use super::instant::{DAY, HOUR, Instant, MINUTE, SECOND, text};
use super::money::Currency;
use super::orders::Order;
use super::purchasing::Purchase;
use super::record::{Change, Key, Version};
use super::table::Table;
use super::truth::Sheet;
use super::words::AGENTS;

/// Attempts after which a machine gives up.
const MOST_ATTEMPTS: u32 = 4;
/// Share of second and later attempts that fail again.
const FAILS_AGAIN_PER_MILLE: u32 = 300;
/// What a failed step says.
const ERROR: &str = "ERP answered 503: service unavailable";
/// What people are given to decide.
const DECISION_TIME: i64 = 2 * DAY;

/// A definition of a workflow.
#[derive(Debug)]
struct Workflow {
    name: &'static str,
    department: &'static str,
    steps: &'static [&'static str],
    /// Runs that fail, in a million.
    fails: u32,
    /// Usual length of a step.
    step_time: i64,
}

const ORDER_SYNC: Workflow = Workflow {
    name: "order_sync",
    department: "Commerce",
    steps: &["receive order", "map fields", "post to ERP", "confirm"],
    fails: 25_000,
    step_time: 900,
};
const INVOICE_POSTING: Workflow = Workflow {
    name: "invoice_posting",
    department: "Finance",
    steps: &["render invoice", "post to ERP", "send"],
    fails: 15_000,
    step_time: 2 * SECOND,
};
const BILL_MATCHING: Workflow = Workflow {
    name: "bill_matching",
    department: "Finance",
    steps: &["read bill", "match", "post to ERP"],
    fails: 30_000,
    step_time: 5 * SECOND,
};
const PRICE_APPROVAL: Workflow =
    Workflow { name: "price_approval", department: "Sales", steps: &["request", "review"], fails: 0, step_time: 5 * HOUR };
const PURCHASE_APPROVAL: Workflow = Workflow {
    name: "purchase_approval",
    department: "Buying",
    steps: &["request", "manager review"],
    fails: 0,
    step_time: 12 * HOUR,
};

/// What people decide.
#[derive(Debug, Clone, Copy)]
struct Decision {
    is_granted: bool,
}

/// A run.
#[derive(Debug)]
pub(super) struct Run {
    workflow: &'static Workflow,
    document: Key,
    attempt: u32,
    /// The run that this one repeats.
    retry_of: Option<u64>,
    number: u64,
    started_at: Instant,
    step_ends: Vec<Instant>,
    /// The step that fails.
    fails_at: Option<usize>,
    /// A person had to look at it.
    is_held: bool,
    decision: Option<Decision>,
    value: Option<(i64, Currency)>,
}

fn run_id(number: u64) -> Key {
    Key("", 20_000 + number)
}

impl Run {
    fn new(workflow: &'static Workflow, document: Key) -> Self {
        Self {
            workflow,
            document,
            attempt: 1,
            retry_of: None,
            number: 0,
            started_at: 0,
            step_ends: Vec::new(),
            fails_at: None,
            is_held: false,
            decision: None,
            value: None,
        }
    }

    fn id(&self) -> Key {
        run_id(self.number)
    }

    fn status(&self) -> &'static str {
        match (self.fails_at, self.decision) {
            (Some(_), _) => "failed",
            (None, Some(Decision { is_granted: false })) => "rejected",
            _ => "succeeded",
        }
    }

    fn is_human(&self, step: usize) -> bool {
        self.decision.is_some() || (self.is_held && self.workflow.steps[step] == "match")
    }

    fn is_exception(&self, step: usize) -> bool {
        self.step_status(step) != "succeeded"
    }

    fn step_status(&self, step: usize) -> &'static str {
        if self.fails_at == Some(step) {
            "failed"
        } else if self.is_held && self.workflow.steps[step] == "match" {
            "held"
        } else if step > 0 && self.status() == "rejected" {
            "rejected"
        } else {
            "succeeded"
        }
    }
}

/// The shop's order goes to the ERP.
pub(super) fn start_for_order(company: &mut Company, order: &Order) {
    let run = Run { value: Some((order.net, order.currency())), ..Run::new(&ORDER_SYNC, order.id()) };
    company.agenda.add(order.at + 8 * SECOND, Act::StartRun(Box::new(run)));
}

/// The invoice is posted and sent.
pub(super) fn start_for_invoice(company: &mut Company, order: &Order, at: Instant) {
    let run = Run::new(&INVOICE_POSTING, Key("INV-", 700_000 + order.number));
    company.agenda.add(at + 3 * SECOND, Act::StartRun(Box::new(run)));
}

/// The bill is matched with order and receipt; what does not match is held for a person.
pub(super) fn start_for_bill(company: &mut Company, bill: Key, net: i64, currency: Currency, is_off: bool, at: Instant) {
    let is_held = is_off || company.dice.workflows.per_mille(60);
    let run = Run { is_held, value: Some((net, currency)), ..Run::new(&BILL_MATCHING, bill) };
    company.agenda.add(at + MINUTE, Act::StartRun(Box::new(run)));
}

/// Somebody asks for a special price.
pub(super) fn ask_for_price(company: &mut Company, order: &Order, line: &Line, is_granted: bool) {
    let decision = Some(Decision { is_granted });
    let run = Run { decision, value: Some((line.net(), order.currency())), ..Run::new(&PRICE_APPROVAL, order.id()) };
    company.agenda.add(order.at + SECOND, Act::StartRun(Box::new(run)));
}

/// A large purchase needs somebody's word.
pub(super) fn ask_for_purchase(company: &mut Company, purchase: &Purchase) {
    let decision = Some(Decision { is_granted: true });
    let run = Run { decision, value: Some((purchase.net(), purchase.currency)), ..Run::new(&PURCHASE_APPROVAL, purchase.id()) };
    company.agenda.add(purchase.sent_at + MINUTE, Act::StartRun(Box::new(run)));
}

/// The run begins; how it goes is drawn now and told when it ends.
pub(super) fn start(company: &mut Company, mut run: Box<Run>, at: Instant) {
    company.next_run += 1;
    run.number = company.next_run;
    run.started_at = at;
    let dice = &mut company.dice.workflows;
    let fails = if run.attempt > 1 { dice.per_mille(FAILS_AGAIN_PER_MILLE) } else { dice.per_million(run.workflow.fails) };
    run.fails_at = fails.then(|| dice.index(run.workflow.steps.len()));
    let mut end = at;
    for step in 0..=run.fails_at.unwrap_or(run.workflow.steps.len() - 1) {
        let usual = if run.is_human(step) && step > 0 {
            run.workflow.step_time.max(4 * HOUR)
        } else {
            run.workflow.step_time.min(10 * SECOND)
        };
        end += dice.skewed(usual);
        run.step_ends.push(end);
    }
    tell(company, &run, None);
    if run.decision.is_some() {
        tell_approval(company, &run, None);
    }
    company.agenda.add(end, Act::FinishRun(run));
}

/// The run ends; what failed is tried again, three times at most.
pub(super) fn finish(company: &mut Company, run: Box<Run>, at: Instant) {
    for step in 0..run.step_ends.len() {
        tell_step(company, &run, step);
    }
    tell(company, &run, Some(at));
    if run.decision.is_some() {
        tell_approval(company, &run, Some(at));
        note_late_decision(company, &run, at);
    }
    if (run.fails_at.is_some() || run.retry_of.is_some()) && company.plan.tells(Table::WorkflowRuns) {
        let retry_of = run.retry_of.map(|number| run_id(number).to_string()).unwrap_or_default();
        let times = (text(run.started_at), text(at));
        let (name, id, status, attempt) = (run.workflow.name, run.id(), run.status(), run.attempt);
        company.truth.row(Sheet::Runs, &[&name, &id, &status, &attempt, &retry_of, &times.0, &times.1]);
    }
    if run.fails_at.is_some() && run.attempt < MOST_ATTEMPTS {
        let again_at = at + company.dice.workflows.skewed(4 * MINUTE) * i64::from(run.attempt);
        let again = Run {
            attempt: run.attempt + 1,
            retry_of: Some(run.number),
            is_held: run.is_held,
            value: run.value,
            ..Run::new(run.workflow, run.document)
        };
        company.agenda.add(again_at, Act::StartRun(Box::new(again)));
    }
}

fn note_late_decision(company: &mut Company, run: &Run, at: Instant) {
    let due_at = run.started_at + DECISION_TIME;
    if at > due_at && company.plan.tells(Table::Approvals) {
        company.truth.row(Sheet::Breaches, &[&"approval", &Key("A-", run.number), &text(due_at), &text(at)]);
    }
}

/// The run as it begins, or as it ended.
fn tell(company: &mut Company, run: &Run, finished_at: Option<Instant>) {
    let is_done = finished_at.is_some();
    let value = run.value.map_or(0, |(minor, _)| minor);
    let change = if is_done { Change::Revision { was: value } } else { Change::First };
    let at = finished_at.unwrap_or(run.started_at);
    let done = if is_done { run.step_ends.len() } else { 0 };
    let count = |holds: &dyn Fn(usize) -> bool| (0..done).filter(|step| holds(*step)).count() as i64;
    let exceptions = count(&|step| run.is_exception(step));
    let human = count(&|step| run.is_human(step));
    let touches = if run.decision.is_some() { 0 } else { human };
    let has_exception = exceptions > 0;
    let due = if run.decision.is_some() { DECISION_TIME } else { 15 * MINUTE };
    let mut record = company.outbox.record(Version {
        table: Table::WorkflowRuns,
        anchor: run.started_at,
        at,
        sequence: u32::from(is_done),
        change,
    });
    record
        .text("workflow", run.workflow.name)
        .key("run_id", run.id())
        .text("workflow_version", "3")
        .null("variant")
        .text("mode", if run.retry_of.is_some() { "retry" } else { "trigger" })
        .key("document", run.document)
        .text("channel", "event")
        .text("department", run.workflow.department)
        .text("status", if is_done { run.status() } else { "running" })
        .instant("started_at", run.started_at)
        .instant("finished_at", finished_at)
        .instant("due_at", run.started_at + due)
        .text("first_step", run.workflow.steps[0])
        .text("last_step", run.workflow.steps[done.saturating_sub(1)])
        .whole("step_count", done as i64)
        .whole("repeated_step_count", 0)
        .whole("exception_count", exceptions)
        .whole("human_step_count", human)
        .whole("touch_count", touches)
        .truth("has_exception", has_exception)
        .truth("is_reworked", false)
        .truth("is_straight_through", is_done && touches == 0 && !has_exception);
    record.key("retry_of", run.retry_of.map(run_id)).text("error", Some(ERROR).filter(|_| is_done && run.fails_at.is_some()));
    match run.value {
        Some((minor, currency)) => record.money("requested_value", minor, currency).currency(currency).send(),
        None => record.null("requested_value").null("currency").send(),
    };
}

fn tell_step(company: &mut Company, run: &Run, step: usize) {
    let ended_at = run.step_ends[step];
    let began_at = if step == 0 { run.started_at } else { run.step_ends[step - 1] };
    let is_human = run.is_human(step);
    let resource = if is_human { AGENTS[(run.number % AGENTS.len() as u64) as usize] } else { "integration" };
    company
        .outbox
        .record(Version::first(Table::WorkflowSteps, ended_at))
        .key("step_id", Key("S", (20_000 + run.number) * 16 + step as u64))
        .text("workflow", run.workflow.name)
        .key("run_id", run.id())
        .whole("step_number", step as i64 + 1)
        .text("step", run.workflow.steps[step])
        .text("transition", "complete")
        .text("status", run.step_status(step))
        .instant("step_at", ended_at)
        .instant("started_at", began_at)
        .text("resource", resource)
        .text("role", if is_human { run.workflow.department } else { "machine" })
        .truth("is_human", is_human)
        .truth("is_repeat", false)
        .truth("is_exception", run.is_exception(step))
        .text("error", Some(ERROR).filter(|_| run.fails_at == Some(step)))
        .send();
}

/// The question, or the answer at `decided_at`.
fn tell_approval(company: &mut Company, run: &Run, decided_at: Option<Instant>) {
    let (Some((minor, currency)), Some(decision)) = (run.value, run.decision) else { return };
    let is_done = decided_at.is_some();
    let change = if is_done { Change::Revision { was: minor } } else { Change::First };
    let approver = AGENTS[(run.number % AGENTS.len() as u64) as usize];
    let answer = if decision.is_granted { "approved" } else { "rejected" };
    let step = run.workflow.steps[usize::from(is_done)];
    company
        .outbox
        .record(Version {
            table: Table::Approvals,
            anchor: run.started_at,
            at: decided_at.unwrap_or(run.started_at),
            sequence: u32::from(is_done),
            change,
        })
        .key("approval_id", Key("A-", run.number))
        .text("workflow", run.workflow.name)
        .key("run_id", run.id())
        .key("document", run.document)
        .text("step", step)
        .text("role", Some(run.workflow.department).filter(|_| is_done))
        .text("approver", Some(approver).filter(|_| is_done))
        .instant("requested_at", run.started_at)
        .instant("received_at", run.started_at)
        .instant("decided_at", decided_at)
        .text("decision", Some(answer).filter(|_| is_done))
        .truth("is_final", true)
        .money("requested_value", minor, currency)
        .currency(currency)
        .send();
}
