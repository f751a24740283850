//! The key that signs sessions.

use std::fs;
use std::os::unix::fs::MetadataExt;

use property_listings::app::secret_key::secret_key;

use crate::support::{Check, Directory};

#[test]
fn a_secret_key_is_generated_once_however_many_programs_ask() -> Check {
    let directory = Directory::new();
    let config = directory.config();
    let keys: Vec<_> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| secret_key(&config))).collect();
        threads.into_iter().map(|thread| thread.join().expect("no panic")).collect()
    });
    let keys = keys.into_iter().collect::<Result<Vec<_>, _>>()?;
    assert!(keys.iter().all(|key| *key == keys[0]) && keys[0].as_bytes().len() == 64);
    assert_eq!(fs::metadata(directory.join("secret_key"))?.mode() & 0o777, 0o600);
    assert_eq!(fs::read_dir(&directory.0)?.count(), 1, "nothing is left beside it");
    assert_eq!(secret_key(&config)?, keys[0]);
    Ok(())
}

#[test]
fn a_secret_key_that_is_too_short_is_refused_and_a_configured_one_goes_first() -> Check {
    let directory = Directory::new();
    fs::write(directory.join("secret_key"), "short\n")?;
    let Err(err) = secret_key(&directory.config()) else { panic!("it was taken") };
    assert!(err.to_string().contains("fewer than 32 bytes"), "{err}");
    let text = "configured-".repeat(4);
    let key = secret_key(&directory.config_with(&[("SECRET_KEY", &text)]))?;
    assert_eq!(key.as_bytes(), text.as_bytes());
    Ok(())
}
