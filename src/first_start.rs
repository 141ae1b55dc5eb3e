//! What is said at the first start: how somebody comes in who has not been here before. Said once, to whoever started the program, and to no log.

use std::net::SocketAddr;

use quarterdeck_control::FirstAdministrator;

use crate::serve::tell;

/// Says how to sign in.
pub(crate) fn tell_how(administrator: &FirstAdministrator, address: SocketAddr) {
    let FirstAdministrator { login, password } = administrator;
    tell(&format!("first start: sign in at http://{address} as `{login}` with the password {password}"));
    tell("it is shown this once, and good for choosing your own; lost, `quarterdeck person reset-password` makes another");
}
