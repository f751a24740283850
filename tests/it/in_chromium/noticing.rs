//! The checks in the other files detect the faults that they are for.

use crate::harness::{App, Chromium, Motion, Theme, spawn_homes};

async fn on_a_list() -> (App, Chromium) {
    let app = spawn_homes(3).await;
    let chromium = Chromium::start().await;
    chromium.open(&app, "/properties/").await;
    (app, chromium)
}

#[tokio::test]
async fn what_breaks_the_policy_or_fails_is_in_the_console() {
    let (_app, chromium) = on_a_list().await;
    for script in [
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.hacked = 1'}))",
        "document.body.setAttribute('style', 'color: red')",
        "setTimeout(() => { throw new Error('broken') })",
        "return fetch('/nowhere.js').then(answer => answer.text())",
    ] {
        chromium.run(script, &[]).await;
        let complaints = chromium.complaints().await;
        assert_eq!(complaints.len(), 1, "{script}: {complaints:#?}");
    }
    assert_eq!(chromium.run("return typeof window.hacked", &[]).await, "undefined");
}

#[tokio::test]
async fn axe_notices_a_picture_without_a_text_a_weak_colour_and_a_small_target() {
    let (_app, chromium) = on_a_list().await;
    chromium.prefer(Theme::Light, Motion::Reduced).await;
    for (script, rule) in [
        ("document.querySelector('h1').append(new Image())", "image-alt"),
        ("document.querySelector('h1').style.color = '#ddd'", "color-contrast"),
        (
            "for (const part of ['a', 'b']) {
                const button = Object.assign(document.createElement('button'), {innerText: part});
                button.style.cssText = 'all: unset; display: block; width: 9px; height: 9px; overflow: hidden';
                document.querySelector('main').append(button);
            }",
            "target-size",
        ),
    ] {
        chromium.run(script, &[]).await;
        let violations = chromium.violations().await;
        assert!(violations.iter().any(|violation| violation.id == rule), "{rule}: {violations:#?}");
    }
}

#[tokio::test]
async fn a_page_that_is_too_wide_and_a_focus_without_an_outline_are_noticed() {
    let (_app, chromium) = on_a_list().await;
    assert!(!chromium.scrolls_sideways().await);
    chromium.run("document.querySelector('h1').style.width = '110vw'", &[]).await;
    assert!(chromium.scrolls_sideways().await);
    let hide = "
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('* { outline: none !important }');
        document.adoptedStyleSheets.push(sheet)";
    chromium.run(hide, &[]).await;
    let stops = chromium.tab_to("[name=q]").await;
    assert!(stops.iter().all(|stop| !stop.is_outlined), "{stops:#?}");
}

#[tokio::test]
async fn wishes_for_dark_colours_and_less_motion_reach_the_page_and_motion_is_noticed() {
    let (_app, chromium) = on_a_list().await;
    chromium.run("
        const sheet = new CSSStyleSheet();
        sheet.replaceSync('@media (prefers-reduced-motion: no-preference) { h1 { transition: color 1s } }');
        document.adoptedStyleSheets.push(sheet)", &[]).await;
    for (theme, dark) in [(Theme::Light, false), (Theme::Dark, true)] {
        chromium.prefer(theme, Motion::Usual).await;
        let is_dark = "return matchMedia('(prefers-color-scheme: dark)').matches";
        assert_eq!(chromium.run(is_dark, &[]).await, dark);
        let moving = chromium.moving().await;
        assert!(moving.iter().any(|tag| tag.starts_with("<h1")), "{moving:?}");
        chromium.prefer(theme, Motion::Reduced).await;
        assert!(chromium.moving().await.is_empty());
    }
}

#[tokio::test]
async fn a_browser_without_scripts_runs_none_of_a_page() {
    let (app, chromium) = on_a_list().await;
    let runs_none = "return matchMedia('(scripting: none)').matches";
    assert_eq!(chromium.run(runs_none, &[]).await, false);
    let chromium = chromium.without_scripts().await;
    chromium.open(&app, "/properties/").await;
    assert_eq!(chromium.run(runs_none, &[]).await, true);
}
