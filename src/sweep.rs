//! Forgets, now and then while serving, what the control store no longer needs: ended sessions, old failed sign-ins. Does not know which.

use std::time::Duration;

use quarterdeck_control::Control;

use crate::clock;

/// Sweeps `control` every `interval` until the process ends.
pub(crate) async fn for_ever(control: Control, interval: Duration) {
    let mut interval = tokio::time::interval(interval);
    interval.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        interval.tick().await;
        match control.sweep(clock::now()).await {
            Ok(rows) => tracing::debug!(rows, "swept"),
            Err(error) => tracing::error!(%error, "the control store could not be swept and will be again"),
        }
    }
}
