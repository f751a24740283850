//! `createsuperuser` and `changepassword` in a terminal, with Django's questions and messages.

use crate::harness::{App, PASSWORD, Shell, Terminal, spawn_app};

const NEW: &str = "yet another battery";

async fn site() -> (App, Shell) {
    let app = spawn_app().await;
    let shell = Shell::beside(&app).set("LOGNAME", "root");
    (app, shell)
}

async fn can_log_in(app: &App, name: &str, password: &str) -> bool {
    app.stranger().try_log_in(name, password, "").await.status == 303
}

#[tokio::test]
async fn a_superuser_is_asked_for_name_address_and_password() {
    let (app, shell) = site().await;
    let mut terminal = Terminal::run(&shell, &["createsuperuser"]);
    terminal.answers("Username (leave blank to use 'root'): ", "");
    terminal.answers("Email address: ", "nonsense");
    terminal.sees("Error: Enter a valid email address.");
    terminal.answers("Email address: ", "root@homes.example");
    terminal.answers("Password: ", NEW);
    terminal.answers("Password (again): ", NEW);
    let shown = terminal.sees("Superuser created successfully.");
    assert!(!shown.contains(NEW), "{shown}");
    assert_eq!(terminal.ends().0, 0);
    assert!(can_log_in(&app, "root", NEW).await);
    let email = "SELECT email FROM site_user WHERE username = 'root'";
    assert_eq!(app.sql(email).await, "root@homes.example");
}

#[tokio::test]
async fn mistakes_are_told_and_asked_for_again() {
    let (app, shell) = site().await;
    let mut terminal = Terminal::run(&shell, &["createsuperuser", "--email", "e@homes.example"]);
    terminal.answers("'root'): ", "ada");
    terminal.sees("Error: That username is already taken.");
    terminal.answers("'root'): ", "e v e");
    terminal.sees("is not a valid username");
    terminal.answers("'root'): ", "eve");
    terminal.answers("Password: ", NEW);
    terminal.answers("Password (again): ", "another");
    terminal.sees("Error: Your passwords didn't match.");
    terminal.answers("Password: ", "  ");
    terminal.answers("Password (again): ", "  ");
    terminal.sees("Error: Blank passwords aren't allowed.");
    for (answer, next) in [("", "Password: "), ("y", "Superuser created successfully.")] {
        terminal.answers("Password: ", "12345");
        terminal.answers("Password (again): ", "12345");
        terminal.sees("This password is too short.");
        terminal.answers("Bypass password validation and create user anyway? [y/N]: ", answer);
        if answer == "y" {
            terminal.sees(next);
        }
    }
    assert_eq!(terminal.ends().0, 0);
    assert!(can_log_in(&app, "eve", "12345").await);
}

#[tokio::test]
async fn a_question_that_is_interrupted_changes_nothing() {
    let (app, shell) = site().await;
    for (answers, question) in [(0, "'root'): "), (1, "Email address: "), (2, "Password: ")] {
        for key in ['c', 'd'] {
            let mut terminal = Terminal::run(&shell, &["createsuperuser"]);
            for prompt in ["'root'): ", "Email address: "].iter().take(answers) {
                terminal.answers(prompt, "");
            }
            terminal.sees(question);
            terminal.presses_control(key);
            let (code, said) = terminal.ends();
            assert_eq!(code, 1, "{question} {key}: {said}");
            assert!(said.contains("Operation cancelled."), "{question} {key}: {said}");
        }
    }
    assert_eq!(app.sql("SELECT count(*) FROM site_user").await, "4");
}

#[tokio::test]
async fn a_password_is_changed_by_typing_it_twice() {
    let (app, shell) = site().await;
    let shell = shell.set("LOGNAME", "ada");
    let mut terminal = Terminal::run(&shell, &["changepassword"]);
    terminal.sees("Changing password for user 'ada'");
    terminal.answers("Password: ", NEW);
    terminal.answers("Password (again): ", "another");
    terminal.sees("Passwords do not match. Please try again.");
    terminal.answers("Password: ", NEW);
    terminal.answers("Password (again): ", NEW);
    terminal.sees("Password changed successfully for user 'ada'");
    assert_eq!(terminal.ends().0, 0);
    assert!(can_log_in(&app, "ada", NEW).await);
}

#[tokio::test]
async fn after_three_mistakes_the_password_stays_as_it_was() {
    let (app, shell) = site().await;
    let mut terminal = Terminal::run(&shell, &["changepassword", "sam"]);
    for password in ["12345678", "short", "password"] {
        terminal.answers("Password: ", password);
        terminal.answers("Password (again): ", password);
    }
    terminal.sees("Aborting password change for user 'sam' after 3 attempts");
    assert_eq!(terminal.ends().0, 1);
    let mut terminal = Terminal::run(&shell, &["changepassword", "sam"]);
    terminal.answers("Password: ", "");
    terminal.sees("aborted");
    assert_eq!(terminal.ends().0, 1);
    assert!(can_log_in(&app, "sam", PASSWORD).await);
}

#[tokio::test]
async fn nobody_is_asked_to_change_the_password_of_nobody() {
    let (_app, shell) = site().await;
    let err = shell.run(&["changepassword"]).failed(1);
    assert!(err.contains("user 'root' does not exist"), "{err}");
}
