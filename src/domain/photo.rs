//! The photos of a listing, in their order, with their alternative texts. The files are in the store of
//! [`crate::media`].

use std::collections::HashSet;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::field_errors::quoted;
use super::text::parse_text;

/// The name of a photo's files, from the uploaded file's content: the first half of a SHA-256 in hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct PhotoHash(String);

impl PhotoHash {
    /// The number of digits.
    pub const DIGITS: usize = 32;

    /// Reads a hash; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        let is_digit = |b: u8| matches!(b, b'0'..=b'9' | b'a'..=b'f');
        let is_hash = text.len() == Self::DIGITS && text.bytes().all(is_digit);
        is_hash.then(|| Self(text.to_owned()))
    }

    /// Its digits.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for PhotoHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The formats that each photo is stored in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PhotoFormat {
    /// The smaller format.
    Webp,
    /// The format that every program can read.
    Jpeg,
}

impl PhotoFormat {
    /// Every format, the preferred one first.
    pub const ALL: [Self; 2] = [Self::Webp, Self::Jpeg];

    /// The extension of a file's name.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Webp => "webp",
            Self::Jpeg => "jpg",
        }
    }

    /// The media type.
    pub fn media_type(self) -> &'static str {
        match self {
            Self::Webp => "image/webp",
            Self::Jpeg => "image/jpeg",
        }
    }
}

/// One of the files of a photo.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct PhotoFile {
    /// The photo.
    pub hash: PhotoHash,
    /// The width, in pixels.
    pub width: u32,
    /// The format.
    pub format: PhotoFormat,
}

impl PhotoFile {
    /// Reads a path in the form of `Display`; `None` for any other path.
    pub fn parse(path: &str) -> Option<Self> {
        let (hash, name) = path.split_once('/')?;
        let (width, extension) = name.split_once('.')?;
        let format = PhotoFormat::ALL.into_iter().find(|format| format.extension() == extension)?;
        let file = Self { hash: PhotoHash::parse(hash)?, width: width.parse().ok()?, format };
        // Each file has exactly one path.
        (file.to_string() == path && file.width > 0).then_some(file)
    }
}

/// Writes the path in the store, and after `/media/`.
impl fmt::Display for PhotoFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}.{}", self.hash, self.width, self.format.extension())
    }
}

/// A photo of a listing. Its other names are those of the RESO Data Dictionary.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Photo {
    /// The name of its files.
    #[serde(alias = "MediaKey")]
    pub hash: PhotoHash,
    /// The alternative text: what the photo shows, for readers who can't see it; may be empty.
    #[serde(alias = "ShortDescription")]
    pub alt: String,
    /// The width of its largest file.
    #[serde(alias = "ImageWidth")]
    pub width: u32,
    /// The height of its largest file.
    #[serde(alias = "ImageHeight")]
    pub height: u32,
}

impl Photo {
    /// The widths of the files. A narrower picture gets no larger ones.
    pub const WIDTHS: [u32; 5] = [320, 640, 960, 1280, 1920];
    /// The maximum height of a file: a taller picture is scaled down to it.
    pub const MAX_HEIGHT: u32 = 3840;
    /// The maximum length of `alt`, in characters.
    pub const MAX_ALT: usize = 200;

    /// The widths of its files, the smallest first; the last is the photo's own.
    pub fn widths(&self) -> impl DoubleEndedIterator<Item = u32> + use<> {
        let own = self.width;
        Self::WIDTHS.into_iter().filter(move |width| *width < own).chain([own])
    }

    /// The height of its file of a width.
    pub fn height_at(&self, width: u32) -> u32 {
        let (own, height) = (u64::from(self.width.max(1)), u64::from(self.height));
        let scaled = (u64::from(width) * height + own / 2) / own;
        u32::try_from(scaled).unwrap_or(u32::MAX).max(1)
    }

    /// One of its files.
    pub fn file(&self, width: u32, format: PhotoFormat) -> PhotoFile {
        PhotoFile { hash: self.hash.clone(), width, format }
    }

    /// All of its files.
    pub fn files(&self) -> impl Iterator<Item = PhotoFile> {
        let widths = self.widths();
        widths.flat_map(|width| PhotoFormat::ALL.map(|format| self.file(width, format)))
    }

    /// Checks an alternative text; an empty one is allowed.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse_alt(text: &str) -> Result<String, String> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        match text.is_empty() {
            true => Ok(text),
            false => parse_text(&text, Self::MAX_ALT).map_err(|err| err.to_string()),
        }
    }

    fn is_valid(&self) -> bool {
        let [.., widest] = Self::WIDTHS;
        (1..=widest).contains(&self.width)
            && (1..=Self::MAX_HEIGHT).contains(&self.height)
            && PhotoHash::parse(&self.hash.0).is_some()
    }
}

/// The photos of a listing in their order; the first is the main one.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Photos(Vec<Photo>);

impl Photos {
    /// The maximum number of photos of a listing.
    pub const MAX: usize = 40;

    /// Photos in an order; `None` for more than [`Photos::MAX`], and for duplicates.
    pub fn new(photos: Vec<Photo>) -> Option<Self> {
        let names: HashSet<_> = photos.iter().map(|photo| &photo.hash).collect();
        let is_valid = photos.len() <= Self::MAX && names.len() == photos.len();
        is_valid.then_some(Self(photos))
    }

    /// Reads the database's JSON array of photos; `None` for anything else.
    pub fn from_json(json: serde_json::Value) -> Option<Self> {
        let mut photos: Vec<Photo> = serde_json::from_value(json).ok()?;
        for photo in &mut photos {
            // Another program that writes to the database may not check the text.
            photo.alt = Photo::parse_alt(&photo.alt).unwrap_or_default();
        }
        let mut names = HashSet::new();
        photos.retain(|photo| names.insert(photo.hash.clone()));
        Self::new(photos).filter(|photos| photos.0.iter().all(Photo::is_valid))
    }

    /// Reads photos in the form of `Display`, or a JSON array of them.
    ///
    /// # Errors
    /// A message that says what is allowed.
    pub fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.starts_with('[') {
            let photos = serde_json::from_str(text).ok().and_then(Self::from_json);
            return photos.ok_or_else(|| wrong(text));
        }
        let photos: Result<Vec<_>, _> = text.lines().map(parse_line).collect();
        Self::new(photos?).ok_or_else(|| {
            format!("A listing has at most {} photos, each of them once.", Self::MAX)
        })
    }

    /// Two lists of photos in words, because the names of their files say nothing to people: how many each has.
    pub fn compared(before: &str, after: &str) -> (String, String) {
        let count = |photos: &str| match photos.lines().count() {
            0 => "no photos".to_owned(),
            1 => "1 photo".to_owned(),
            count => format!("{count} photos"),
        };
        let (before, mut after) = (count(before), count(after));
        if before == after {
            after.push_str(" (different, in another order, or with other descriptions)");
        }
        (before, after)
    }

    /// The photos.
    pub fn as_slice(&self) -> &[Photo] {
        &self.0
    }

    /// The photos, to change them.
    pub fn into_vec(self) -> Vec<Photo> {
        self.0
    }
}

fn parse_line(line: &str) -> Result<Photo, String> {
    let mut parts = line.trim().splitn(3, ' ');
    let (hash, size) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let (width, height) = size.split_once('×').unwrap_or_default();
    let photo = Photo {
        hash: PhotoHash::parse(hash).ok_or_else(|| wrong(line))?,
        alt: Photo::parse_alt(parts.next().unwrap_or_default())?,
        width: width.parse().map_err(|_| wrong(line))?,
        height: height.parse().map_err(|_| wrong(line))?,
    };
    if photo.is_valid() { Ok(photo) } else { Err(wrong(line)) }
}

fn wrong(text: &str) -> String {
    format!(
        "“{}” is not allowed. Photos are listed one per line: the name of the files, the size and the description, as \
         the export of this site has them. Names of pictures are read with these: in a ZIP, or with --photos.",
        quoted(text)
    )
}

/// Writes one photo per line, as in files and the history: its name, size and alternative text.
impl fmt::Display for Photos {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, Photo { hash, alt, width, height }) in self.0.iter().enumerate() {
            let line = format!("{hash} {width}×{height} {alt}");
            write!(f, "{}{}", if at == 0 { "" } else { "\n" }, line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn photo(digit: char, alt: &str, width: u32, height: u32) -> Photo {
        let hash = PhotoHash::parse(&digit.to_string().repeat(32)).expect("a hash");
        Photo { hash, alt: alt.to_owned(), width, height }
    }

    #[test]
    fn a_photo_has_the_widths_up_to_its_own_and_is_never_enlarged() {
        let widths = |width| photo('a', "", width, 10).widths().collect::<Vec<_>>();
        assert_eq!(widths(1920), Photo::WIDTHS);
        assert_eq!(widths(1000), [320, 640, 960, 1000]);
        assert_eq!(widths(320), [320]);
        assert_eq!(widths(1), [1]);
        let wide = photo('a', "", 1920, 1281);
        assert_eq!([320, 1920].map(|width| wide.height_at(width)), [214, 1281]);
        assert_eq!(photo('a', "", 1920, 1).height_at(320), 1);
    }

    #[test]
    fn photos_survive_their_own_text_and_json() {
        let photos = Photos::new(vec![
            photo('a', "A room with two windows and a door", 1920, 1280),
            photo('b', "", 7, 3840),
        ]);
        let photos = photos.expect("valid");
        assert_eq!(Photos::parse(&photos.to_string()), Ok(photos.clone()));
        let json = serde_json::to_value(&photos).expect("JSON");
        assert_eq!(Photos::parse(&json.to_string()), Ok(photos.clone()));
        assert_eq!(Photos::from_json(json), Some(photos));
    }

    #[test]
    fn what_is_no_list_of_photos_is_refused_with_what_is_allowed() {
        let name = "a".repeat(32);
        let twice = format!("{name} 10×10\n{name} 10×10");
        let many: Vec<_> = (0..41).map(|at| format!("{at:032x} 10×10")).collect();
        for text in [
            "kitchen.jpg",
            "../../etc/passwd 10×10",
            &name,
            &format!("{name} 0×10"),
            &format!("{name} 1921×10"),
            &format!("{name} 10x10"),
            &format!("{} 10×10", "A".repeat(32)),
            &format!("{name} 10×10 {}", "x".repeat(201)),
            &format!("{name} 10×10 a\u{202e}b"),
            &twice,
            &many.join("\n"),
            "[1]",
            "[{\"hash\":\"x\",\"alt\":\"\",\"width\":1,\"height\":1}]",
        ] {
            assert!(Photos::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn only_the_paths_of_files_are_read() {
        let name = "0".repeat(32);
        let path = format!("{name}/320.webp");
        assert_eq!(PhotoFile::parse(&path).map(|file| file.to_string()), Some(path));
        for path in ["320.webp", "../320.webp", "/320.webp", "x/320.webp"] {
            assert_eq!(PhotoFile::parse(path), None, "{path}");
        }
        for file in
            ["0320.webp", "+320.webp", "320.png", "320.webp/", "0.jpg", "320", ".jpg", "x.jpg"]
        {
            assert_eq!(PhotoFile::parse(&format!("{name}/{file}")), None, "{file}");
        }
    }
}
