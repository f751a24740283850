//! The content of mail, and its transports.

use crate::harness::{Behaviour, MailServer, Shell};

fn shell(url: &str) -> Shell {
    Shell::bare().set("DATABASE_URL", "postgres://127.0.0.1:1/none").set("EMAIL_URL", url)
}

#[test]
fn a_mail_has_text_and_html_and_the_headers_that_it_needs() {
    let server = MailServer::start(Behaviour::Takes);
    let shell = shell(&server.url())
        .set("DEFAULT_FROM_EMAIL", "office@straße.example")
        .set("SITE_NAME", "Müller & Söhne")
        .set("SITE_URL", "https://homes.example");
    let said = shell.run(&["sendtestemail", "ann+homes@straße.example"]).done();
    assert_eq!(said, "Sent to ann+homes@straße.example.\n");
    let mails = server.mails();
    let mail = &mails[0];
    assert_eq!(mail.to, ["ann+homes@xn--strae-oqa.example"]);
    assert_eq!(mail.header("Auto-Submitted"), "auto-generated");
    assert!(mail.header("From").ends_with("<office@xn--strae-oqa.example>"), "{}", mail.content);
    assert!(mail.header("Message-ID").ends_with("@xn--strae-oqa.example>"), "{}", mail.content);
    assert!(
        !mail.header("Date").is_empty()
            && mail.header("Content-Type").starts_with("multipart/alternative")
    );
    let text = mail.text();
    for part in [
        "text/plain",
        "text/html",
        "prefers-color-scheme: dark",
        "Müller &#38; Söhne",
        "https://homes.example/",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(!text.contains("<img"), "{text}");
}

#[test]
fn a_test_mail_says_what_is_wrong() {
    let server = MailServer::start(Behaviour::Refuses("550 5.1.1 No such user"));
    let refused = shell(&server.url()).run(&["sendtestemail", "ann@homes.example"]).failed(1);
    assert!(refused.contains("550") && refused.contains("No such user"), "{refused}");
    server.becomes(Behaviour::RefusesLogins);
    let login = server.url().replace("//", "//ann:hunter2@");
    let refused = shell(&login).run(&["sendtestemail", "ann@homes.example"]).failed(1);
    assert!(refused.contains("535") && !refused.contains("hunter2"), "{refused}");
    let required = format!("{}?tls=required", server.url());
    let refused = shell(&required).run(&["sendtestemail", "ann@homes.example"]).failed(1);
    assert!(refused.contains("STARTTLS"), "{refused}");
    let url = server.url();
    drop(server);
    let refused = shell(&url).run(&["sendtestemail", "ann@homes.example"]).failed(1);
    assert!(refused.contains("The mail server 127.0.0.1:"), "{refused}");
    shell(&url).run(&["sendtestemail", "ann@homes.example\nBcc: eve@evil.example"]).failed(2);
    let refused = shell("").run(&["sendtestemail", "ann@homes.example"]).failed(1);
    assert!(refused.contains("EMAIL_URL is not set"), "{refused}");
}

#[test]
fn mail_goes_to_a_folder_or_to_standard_output() {
    let folder = crate::harness::scratch().join("mails");
    shell(&format!("file://{}", folder.display()))
        .run(&["sendtestemail", "ann@homes.example"])
        .done();
    let files: Vec<_> = std::fs::read_dir(&folder).expect("a folder").flatten().collect();
    assert_eq!(files.len(), 1);
    let path = files[0].path();
    assert_eq!(path.extension().and_then(|end| end.to_str()), Some("eml"));
    let file = std::fs::read_to_string(path).expect("text");
    assert!(file.contains("To: ann@homes.example"), "{file}");
    let said = shell("console:").run(&["sendtestemail", "ann@homes.example"]).done();
    assert!(
        said.contains("To: ann@homes.example") && said.contains("Subject: Test mail"),
        "{said}"
    );
}

#[test]
fn a_wrong_address_of_the_server_is_refused_without_its_password() {
    let shell = shell("smtp://ann:hunter2@mail.example/inbox").set("DEFAULT_FROM_EMAIL", "nobody");
    let said = shell.run(&["sendtestemail", "ann@homes.example"]).failed(2);
    assert!(
        said.contains("EMAIL_URL=(hidden): must")
            && said.contains("DEFAULT_FROM_EMAIL=nobody: must"),
        "{said}"
    );
    assert!(!said.contains("hunter2"), "{said}");
}
