//! Signing in by login and password, and choosing another password. An unknown login and a wrong password are one answer.

use quarterdeck_control::{AuditAction, AuditWho, ControlError, Person, SignIn};

use super::{Opened, note, note_refused, open};
use crate::client::Client;
use crate::problem::{Answer, Problem};
use crate::state::Dashboards;

const MEANS: &str = "password";

/// What a right password opens.
pub(crate) enum Entered {
    /// A session.
    Session(Opened),
    /// Choosing another password, and nothing else.
    MustChange,
}

/// Lets a person in.
pub(crate) async fn enter(state: &Dashboards, client: &Client, login: &str, password: &str) -> Answer<Entered> {
    match state.control.sign_in(login, password, client.address, (state.clock)()).await {
        Ok(SignIn::Complete(person)) => Ok(Entered::Session(session(state, client, &person).await?)),
        Ok(SignIn::MustChangePassword(_)) => Ok(Entered::MustChange),
        Err(error) => Err(refused(state, error).await?),
    }
}

/// Replaces a person's password, and lets them in by the new one; their other sessions end.
pub(crate) async fn change(state: &Dashboards, client: &Client, login: &str, old: &str, new: &str) -> Answer<Opened> {
    match state.control.change_password(login, old, new, client.address, (state.clock)()).await {
        Ok(person) => {
            note(state, AuditWho::Person(person.id.clone()), AuditAction::PasswordChange, MEANS, None).await?;
            session(state, client, &person).await
        }
        Err(error) => Err(refused(state, error).await?),
    }
}

async fn session(state: &Dashboards, client: &Client, person: &Person) -> Answer<Opened> {
    match open(state, client, person, MEANS).await {
        // Known, and right, and yet nobody: without any role.
        Err(problem) if problem.is_unauthorized() => Err(Problem::sign_in_refused()),
        opened => opened,
    }
}

async fn refused(state: &Dashboards, error: ControlError) -> Answer<Problem> {
    let why = match &error {
        ControlError::SignInRefused => "wrong login or password",
        ControlError::TooManyAttempts { .. } => "too many attempts",
        _ => return Ok(error.into()),
    };
    note_refused(state, MEANS, why).await?;
    Ok(if matches!(error, ControlError::SignInRefused) { Problem::sign_in_refused() } else { error.into() })
}
