//! Passwords whose letters and spaces different systems send in different forms.

use argon2::Argon2;
use argon2::password_hash::PasswordHasher as _;

use super::of;
use crate::harness::{App, Browser, PASSWORD, Shell, spawn_app, spawn_staffed};

const COMPOSED: &str = "caf\u{E9} au lait noir";
const DECOMPOSED: &str = "cafe\u{301} au lait noir";
const SPACED: &str = "cafe\u{301}\u{A0}au\u{3000}lait\u{2009}noir";

async fn enters(app: &App, password: &str) -> bool {
    let page = app.stranger().try_log_in("sam", password, "").await;
    app.sql("DELETE FROM login_failure").await;
    page.status == 303
}

async fn hash(app: &App) -> String {
    app.sql("SELECT password_hash FROM site_user WHERE username = 'sam'").await
}

async fn reset(app: &App, ada: &Browser, passwords: [&str; 2]) -> u16 {
    let form = [("password1", passwords[0]), ("password2", passwords[1])];
    let path = of(app, "sam", "password").await;
    ada.submit(&path, &form).await.status
}

#[tokio::test]
async fn a_password_is_the_same_however_its_letters_and_spaces_are_sent() {
    let (app, ada) = spawn_staffed(0).await;
    for new in [[COMPOSED, DECOMPOSED], [DECOMPOSED, SPACED], [SPACED, COMPOSED]] {
        assert_eq!(reset(&app, &ada, new).await, 303, "{new:?}");
        for typed in [COMPOSED, DECOMPOSED, SPACED] {
            assert!(enters(&app, typed).await, "{new:?} {typed:?}");
        }
        for other in ["cafe au lait noir", "Caf\u{E9} au lait noir"] {
            assert!(!enters(&app, other).await, "{other}");
        }
    }
    // Users may enter their old password in either form.
    let sam = app.stranger();
    sam.try_log_in("sam", DECOMPOSED, "").await.assert_status(303);
    let form = [
        ("old_password", COMPOSED),
        ("new_password1", "na\u{EF}ve pianist"),
        ("new_password2", "nai\u{308}ve pianist"),
    ];
    sam.submit("/admin/password_change/", &form).await.assert_status(303);
    assert!(enters(&app, "nai\u{308}ve\u{A0}pianist").await);
}

#[tokio::test]
async fn rules_are_those_of_the_prepared_password() {
    let (app, ada) = spawn_staffed(0).await;
    for (wrong, message) in [
        ("passe\u{301}zz", "at least 8"),
        ("good\u{200B}password", "U+200B"),
        ("good\tpassword", "U+0009"),
        ("s\u{E5}m s\u{E5}m", "at least 8"),
    ] {
        let form = [("password1", wrong), ("password2", wrong)];
        let path = of(&app, "sam", "password").await;
        let page = ada.submit(&path, &form).await.assert_status(422);
        assert!(page.has(message), "{wrong:?}: {page:?}");
    }
    let shell = Shell::beside(&app).set("SUPERUSER_PASSWORD", DECOMPOSED);
    shell.run(&["changepassword", "sam"]).done();
    assert!(enters(&app, COMPOSED).await);
}

#[tokio::test]
async fn a_hash_from_before_fits_the_password_as_it_was_typed_and_one_of_django_either_form_of_it()
{
    let app = spawn_app().await;
    for made_of in [DECOMPOSED, SPACED, "tab\tand \u{200B} old"] {
        let made = Argon2::default().hash_password(made_of.as_bytes()).expect("hashed").to_string();
        let set = format!("UPDATE site_user SET password_hash = '{made}' WHERE username = 'sam'");
        app.sql(&set).await;
        let session = app.stranger();
        session.try_log_in("sam", made_of, "").await.assert_status(303);
        // Sessions with the same password remain valid.
        session.get("/admin/").await.assert_status(200);
        let allowed = !made_of.contains('\t');
        assert_eq!(hash(&app).await != made, allowed, "{made_of:?}");
        assert_eq!(enters(&app, COMPOSED).await, allowed);
        assert!(enters(&app, made_of).await);
    }
    // Hashes made by Django.
    for made_of in [COMPOSED, DECOMPOSED] {
        for typed in [COMPOSED, DECOMPOSED] {
            let mut made = [0; 32];
            pbkdf2::pbkdf2_hmac::<sha2::Sha256>(made_of.as_bytes(), b"NaCl", 1000, &mut made);
            let made = base64::Engine::encode(&base64::engine::general_purpose::STANDARD, made);
            app.sql(&format!(
                "UPDATE site_user SET password_hash = 'pbkdf2_sha256$1000$NaCl${made}' WHERE username = 'sam'"
            )).await;
            assert!(!enters(&app, PASSWORD).await);
            assert!(enters(&app, typed).await, "{made_of:?} {typed:?}");
            assert!(hash(&app).await.starts_with("$argon2id$"));
            assert!(enters(&app, SPACED).await);
        }
    }
}
