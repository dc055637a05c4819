//! Reservations do not meet.

use std::collections::BTreeSet;

use super::*;

#[test]
fn no_number_is_given_twice() {
    let ports: Vec<Port> = (0..20).map(|_| Port::reserve().expect("a port")).collect();

    let numbers: BTreeSet<u16> = ports.iter().map(Port::number).collect();

    assert_eq!(numbers.len(), 20);
}

#[test]
fn a_port_in_use_is_passed_over() {
    let port = Port::reserve().expect("a port");
    let number = port.number();
    drop(port);
    let _listener = TcpListener::bind(("127.0.0.1", number)).expect("free again");

    let other = Port::reserve().expect("a port");

    assert_ne!(other.number(), number);
}
