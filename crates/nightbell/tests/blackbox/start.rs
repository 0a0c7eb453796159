//! How the binary starts, refuses to start, and ends. What it does when the machine fails is in `faults`.

use super::{
    house::{House, code, said},
    http,
    wait::SOON,
};

#[test]
fn a_second_init_is_refused() {
    let house = House::new();
    let again = house.run(&["init", "--email", "eve@example.com", "--data", "data"]);
    assert_eq!(code(&again), 1, "{}", said(&again));
    assert!(said(&again).contains("administrator"), "{}", said(&again));
}

#[test]
fn serve_without_data_says_what_to_do() {
    let house = House::new();
    let refused = house.run(&["serve", "--data", "elsewhere", "--listen", "127.0.0.1:0"]);
    assert_eq!(code(&refused), 3, "{}", said(&refused));
    assert!(said(&refused).contains("nightbell init"), "{}", said(&refused));
    assert!(!house.folder().join("elsewhere").exists(), "nothing is created");
}

#[test]
fn serve_is_ready_is_alone_and_ends_when_told() {
    let house = House::new();
    let mut server = house.serve();
    for path in ["/healthz", "/readyz"] {
        assert_eq!(http::call("GET", &format!("{}{path}", server.url), &[], b"").expect("an answer").status, 200);
    }
    let second = house.run(&["serve", "--data", "data", "--listen", "127.0.0.1:0"]);
    assert_eq!(code(&second), 3, "{}", said(&second));
    assert!(said(&second).contains("Another Nightbell"), "{}", said(&second));

    server.process.terminate();
    let status = server.process.ended(SOON);
    assert_eq!(status.code(), Some(0), "{}", server.process.output());
    let after = house.serve();
    assert_eq!(after.get("/me")["user"], "ops", "the next one takes its place");
}

#[test]
fn no_arguments_say_what_to_do_next_and_wrong_ones_exit_with_2() {
    let house = House::new();
    let next = house.run(&[]);
    assert_eq!(code(&next), 0, "{}", said(&next));
    assert!(said(&next).contains("nightbell"), "{}", said(&next));
    for wrong in [&["serv"][..], &["serve", "--listen", "nowhere"], &["explain"], &["oncall", "--at", "yesterday"]] {
        let refused = house.run(wrong);
        assert_eq!(code(&refused), 2, "{wrong:?}: {}", said(&refused));
    }
}
