//! Where queries run: on threads of their own, so that a query which leaves its thread no pause holds up neither doors nor clocks nor
//! landings, and ends when whoever asked lets go of its answer. Knows no query.

use std::fmt;
use std::sync::Arc;

use datafusion::common::Result;
use datafusion::common::config::ConfigOptions;
use datafusion::common::tree_node::{Transformed, TransformedResult, TreeNode, TreeNodeRecursion};
use datafusion::error::DataFusionError;
use datafusion::execution::{SendableRecordBatchStream, TaskContext};
use datafusion::physical_expr::PhysicalExpr;
use datafusion::physical_optimizer::PhysicalOptimizerRule;
use datafusion::physical_plan::coop::CooperativeExec;
use datafusion::physical_plan::stream::RecordBatchReceiverStream;
use datafusion::physical_plan::{DisplayAs, DisplayFormatType, ExecutionPlan, PlanProperties};
use futures::StreamExt;
use tokio::runtime::{Handle, Runtime};

use crate::error::{EngineError, Result as EngineResult};

/// Stack of a thread; taken as it is used.
const STACK_BYTES: usize = 64 << 20;
/// Batches that wait to be taken.
const WAITING: usize = 2;

/// Threads for queries; they end with the last who holds them.
#[derive(Debug)]
pub(crate) struct QueryThreads(Option<Runtime>);

impl QueryThreads {
    /// As many threads as there are processors.
    ///
    /// # Errors
    /// [`EngineError::Storage`] when the system has no room for threads.
    pub(crate) fn start() -> EngineResult<Self> {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("query")
            .thread_stack_size(STACK_BYTES)
            .build()
            .map_err(EngineError::storage("cannot start threads for queries"))?;
        Ok(Self(Some(runtime)))
    }

    /// Sends what is planned to these threads, as the last step of planning.
    pub(crate) fn rule(self: &Arc<Self>) -> Arc<dyn PhysicalOptimizerRule + Send + Sync> {
        Arc::new(SendElsewhere(Arc::clone(self)))
    }

    fn handle(&self) -> Result<&Handle> {
        let ended = || DataFusionError::Internal("the threads for queries have ended".into());
        self.0.as_ref().map(Runtime::handle).ok_or_else(ended)
    }
}

impl Drop for QueryThreads {
    fn drop(&mut self) {
        // Not waiting for what runs: this may be a thread that must not wait.
        if let Some(runtime) = self.0.take() {
            runtime.shutdown_background();
        }
    }
}

#[derive(Debug)]
struct SendElsewhere(Arc<QueryThreads>);

impl PhysicalOptimizerRule for SendElsewhere {
    fn optimize(&self, plan: Arc<dyn ExecutionPlan>, _config: &ConfigOptions) -> Result<Arc<dyn ExecutionPlan>> {
        // Joins may make rows for hours of a few that they have read, and give way to nobody meanwhile: no thread would be free, and no
        // question would end.
        let gives_way = |node: Arc<dyn ExecutionPlan>| {
            let multiplies = node.name().contains("Join") || node.name() == "UnnestExec";
            Ok(if multiplies { Transformed::yes(Arc::new(CooperativeExec::new(node)) as _) } else { Transformed::no(node) })
        };
        let plan = plan.transform_up(gives_way).data()?;
        Ok(Arc::new(ElsewhereExec { input: plan, threads: Arc::clone(&self.0) }))
    }

    fn name(&self) -> &str {
        "send elsewhere"
    }

    fn schema_check(&self) -> bool {
        true
    }
}

/// Its input, run on other threads.
#[derive(Debug)]
struct ElsewhereExec {
    input: Arc<dyn ExecutionPlan>,
    threads: Arc<QueryThreads>,
}

impl DisplayAs for ElsewhereExec {
    fn fmt_as(&self, _: DisplayFormatType, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("ElsewhereExec")
    }
}

impl ExecutionPlan for ElsewhereExec {
    fn name(&self) -> &str {
        "ElsewhereExec"
    }

    fn properties(&self) -> &Arc<PlanProperties> {
        self.input.properties()
    }

    fn maintains_input_order(&self) -> Vec<bool> {
        vec![true]
    }

    fn children(&self) -> Vec<&Arc<dyn ExecutionPlan>> {
        vec![&self.input]
    }

    fn apply_expressions(
        &self,
        _: &mut dyn FnMut(&Arc<dyn PhysicalExpr>) -> Result<TreeNodeRecursion>,
    ) -> Result<TreeNodeRecursion> {
        Ok(TreeNodeRecursion::Continue)
    }

    fn with_new_children(self: Arc<Self>, mut children: Vec<Arc<dyn ExecutionPlan>>) -> Result<Arc<dyn ExecutionPlan>> {
        match (children.pop(), children.is_empty()) {
            (Some(input), true) => Ok(Arc::new(Self { input, threads: Arc::clone(&self.threads) })),
            _ => Err(DataFusionError::Internal("what runs elsewhere is one plan".into())),
        }
    }

    fn execute(&self, partition: usize, context: Arc<TaskContext>) -> Result<SendableRecordBatchStream> {
        let input = Arc::clone(&self.input);
        let mut rows = RecordBatchReceiverStream::builder(input.schema(), WAITING);
        let taken = rows.tx();
        // Begun there as well: operators start tasks of their own when they begin.
        let run = async move {
            let mut stream = input.execute(partition, context)?;
            while let Some(batch) = stream.next().await {
                if taken.send(batch).await.is_err() {
                    break;
                }
            }
            Ok(())
        };
        rows.spawn_on(run, self.threads.handle()?);
        Ok(rows.build())
    }
}
