//! One statement, whatever the protocol: its text is judged, planned over what has landed, and run under its deadline, its share of memory and
//! its trace; rows come a batch at a time. Knows no protocol.

use std::time::Duration;

use chrono::{DateTime, Utc};
use datafusion::arrow::array::RecordBatch;
use datafusion::arrow::datatypes::SchemaRef;
use datafusion::error::DataFusionError;
use datafusion::execution::SendableRecordBatchStream;
use datafusion::execution::context::SQLOptions;
use datafusion::execution::session_state::SessionState;
use datafusion::logical_expr::{LogicalPlan, LogicalPlanBuilder};
use datafusion::physical_plan::execute_stream;
use datafusion::sql::parser::Statement as AnyStatement;
use datafusion::sql::sqlparser::ast::Statement;
use futures::StreamExt;
use futures::future::BoxFuture;
use quarterdeck_control::AuditAction;

use crate::analysts::Analyst;
use crate::parameters::{self, Parameter};
use crate::running::{Running, Sent};
use crate::sqlstate::{SqlError, code};
use crate::{plain, reads};

/// What is asked in one statement.
#[derive(Debug)]
pub struct Question<'q> {
    /// The door that it comes by, as the audit log names it.
    pub door: &'static str,
    /// The statement.
    pub sql: &'q str,
    /// What stands for `$1`, `$2` and so on, or for each `?`.
    pub parameters: Vec<Parameter>,
    /// The knowledge time; none for now.
    pub as_of: Option<DateTime<Utc>>,
    /// Most rows of the answer; all without.
    pub rows: Option<usize>,
}

/// A statement that is planned, over what had landed then.
pub(crate) struct Planned {
    state: SessionState,
    plan: LogicalPlan,
    sql: String,
    schema: SchemaRef,
    knowledge_time: Option<DateTime<Utc>>,
}

/// Rows that flow; letting go of it ends the statement.
pub struct Answer {
    schema: SchemaRef,
    knowledge_time: Option<DateTime<Utc>>,
    /// None once it has ended.
    flow: Option<SendableRecordBatchStream>,
    running: Running,
    sql: String,
    room: usize,
    rows: u64,
    truncated: bool,
}

impl Analyst {
    /// Asks `question`: waits for a place, and answers once rows may be taken.
    ///
    /// # Errors
    /// [`SqlError`] for what is too long, does not read, does not plan or finds no place in time.
    pub async fn ask(&mut self, question: Question<'_>) -> Result<Answer, SqlError> {
        let (running, planned) = self.prepare(question.door, question.sql, question.as_of).await?;
        planned.run(running, &question.parameters, question.rows).await
    }

    /// Plans `sql` in a place of its own, under a deadline.
    ///
    /// # Errors
    /// As [`Analyst::ask`].
    pub(crate) async fn prepare(
        &mut self,
        door: &'static str,
        sql: &str,
        as_of: Option<DateTime<Utc>>,
    ) -> Result<(Running, Planned), SqlError> {
        reads::check_length(sql, self.limits())?;
        let mut running = self.begin(door).await?;
        let statement = match parsed(sql) {
            Ok(statement) => statement,
            Err(error) => {
                running.failed();
                return Err(error);
            }
        };
        running.tells(reads::without_values(&statement));
        let planned = under(&mut running, self.plan(sql, statement, as_of)).await?;
        Ok((running, planned))
    }

    /// Begins a statement of `door`: waits for a place.
    ///
    /// # Errors
    /// [`SqlError`] when none is free in time.
    pub(crate) async fn begin(&self, door: &'static str) -> Result<Running, SqlError> {
        let entry = self.entry(AuditAction::Query).with("door", door);
        let place = self.analysts().place(&self.tenant().id).await?;
        let most = Duration::from_millis(self.limits().statement_timeout_ms);
        Ok(Running::new(entry, self.analysts().audit.clone(), place, most))
    }

    async fn plan(&mut self, sql: &str, statement: Statement, as_of: Option<DateTime<Utc>>) -> Result<Planned, SqlError> {
        check(&statement)?;
        self.look(as_of).await?;
        let mut state = self.session().context().state();
        state.config_mut().options_mut().sql_parser.collect_spans = true;
        let failed = |error: &DataFusionError| SqlError::in_statement(error, sql);
        let plan = state.statement_to_plan(AnyStatement::Statement(Box::new(statement))).await.map_err(|error| failed(&error))?;
        let reads = SQLOptions::new().with_allow_ddl(false).with_allow_dml(false).with_allow_statements(false);
        reads.verify_plan(&plan).map_err(|error| failed(&error))?;
        let schema = plain::schema(plan.schema().as_arrow());
        let knowledge_time = self.session().knowledge_time();
        Ok(Planned { state, plan, sql: sql.to_owned(), schema, knowledge_time })
    }
}

impl Planned {
    /// Runs it under `running`, for at most so many rows.
    ///
    /// # Errors
    /// [`SqlError`] for parameters that do not fit, and for what cannot run.
    pub(crate) async fn run(
        self,
        mut running: Running,
        parameters: &[Parameter],
        rows: Option<usize>,
    ) -> Result<Answer, SqlError> {
        let Self { state, plan, sql, schema, knowledge_time } = self;
        let begin = async {
            let plan = parameters::bind(plan, parameters)?;
            let failed = |error: &DataFusionError| SqlError::in_statement(error, &sql);
            let plan = match rows {
                // One more than asked for tells whether there are more.
                Some(rows) if may_be_cut(&plan) => LogicalPlanBuilder::from(plan)
                    .limit(0, Some(rows.saturating_add(1)))
                    .and_then(LogicalPlanBuilder::build)
                    .map_err(|error| failed(&error))?,
                _ => plan,
            };
            let physical = state.create_physical_plan(&plan).await.map_err(|error| failed(&error))?;
            execute_stream(physical, state.task_ctx()).map_err(|error| failed(&error))
        };
        let flow = Some(under(&mut running, begin).await?);
        let room = rows.unwrap_or(usize::MAX);
        Ok(Answer { schema, knowledge_time, flow, running, sql, room, rows: 0, truncated: false })
    }
}

impl Answer {
    /// The columns.
    pub fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// The newest landing that the answer knows of.
    pub fn knowledge_time(&self) -> Option<DateTime<Utc>> {
        self.knowledge_time
    }

    /// Rows answered so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// Whether rows were cut off.
    pub fn truncated(&self) -> bool {
        self.truncated
    }

    /// Where whoever encodes the rows counts their bytes.
    pub fn sent(&self) -> Sent {
        self.running.sent()
    }

    /// It ends as soon as `gone` does.
    pub fn ends_with(&mut self, gone: BoxFuture<'static, ()>) {
        self.running.ends_with(gone);
    }

    /// The next rows; none when all have been answered.
    ///
    /// # Errors
    /// [`SqlError`] when running fails, past the deadline, and when whoever asked is gone; nothing follows.
    pub async fn next(&mut self) -> Result<Option<RecordBatch>, SqlError> {
        while let Some(mut flow) = self.flow.take() {
            let (schema, sql) = (&self.schema, &self.sql);
            let taken = async {
                let Some(batch) = flow.next().await else { return Ok(None) };
                let batch = batch.map_err(|error| SqlError::in_statement(&error, sql))?;
                plain::batch(&batch, schema).map(Some).map_err(|error| SqlError::in_statement(&error.into(), sql))
            };
            let Some(batch) = under(&mut self.running, taken).await? else {
                self.running.done();
                break;
            };
            let batch = self.within_room(batch);
            if self.truncated {
                self.running.done();
            } else {
                self.flow = Some(flow);
            }
            if batch.num_rows() > 0 {
                return Ok(Some(batch));
            }
        }
        Ok(None)
    }

    /// Counts the rows of `batch` for which there is room, and cuts off the others.
    fn within_room(&mut self, batch: RecordBatch) -> RecordBatch {
        let left = self.room - usize::try_from(self.rows).unwrap_or(usize::MAX).min(self.room);
        self.truncated = batch.num_rows() > left;
        let batch = if self.truncated { batch.slice(0, left) } else { batch };
        self.rows += u64::try_from(batch.num_rows()).unwrap_or(u64::MAX);
        self.running.rows(batch.num_rows());
        batch
    }
}

/// Awaits `step` under the deadline; what fails is noted, and logged where it is a fault of ours.
async fn under<T>(running: &mut Running, step: impl Future<Output = Result<T, SqlError>>) -> Result<T, SqlError> {
    let outcome = running.step(step).await?;
    outcome.inspect_err(|error| {
        running.failed();
        if error.code == code::INTERNAL {
            tracing::error!(%error, "a statement failed by a fault of ours");
        }
    })
}

/// The one statement of `sql`.
fn parsed(sql: &str) -> Result<Statement, SqlError> {
    let mut statements = parameters::parse(sql)?;
    match (statements.pop(), statements.is_empty()) {
        (Some(statement), true) => Ok(statement),
        (None, _) => Err(SqlError::new(code::SYNTAX, "there is no statement")),
        (Some(_), false) => Err(SqlError::new(code::SYNTAX, "there is more than one statement").with_hint("send each by itself")),
    }
}

/// Refuses what does not only read, and what is about a session: each statement stands by itself here.
fn check(statement: &Statement) -> Result<(), SqlError> {
    reads::check(statement)?;
    match statement {
        Statement::Query(_)
        | Statement::Explain { .. }
        | Statement::ExplainTable { .. }
        | Statement::ShowVariable { .. }
        | Statement::ShowTables { .. }
        | Statement::ShowColumns { .. }
        | Statement::ShowFunctions { .. } => Ok(()),
        _ => Err(SqlError::new(code::NOT_SUPPORTED, "this door keeps no session: there is nothing to set, begin or end")
            .with_hint("each statement stands by itself; a knowledge time is told beside it")),
    }
}

/// What explains stands at the top of its plan.
fn may_be_cut(plan: &LogicalPlan) -> bool {
    !matches!(plan, LogicalPlan::Explain(_) | LogicalPlan::Analyze(_) | LogicalPlan::DescribeTable(_) | LogicalPlan::Statement(_))
}
