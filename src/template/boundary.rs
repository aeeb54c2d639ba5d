//! Which files the template readers may open. Anyone can write a template, for example in a pull request from a fork. Files that a
//! template leads to (links, nested templates, modules, variable files) are read only if they are regular files inside the folder, or the
//! git repository, that rel9 was given. Every file access of `template/` goes through here.

use crate::inventory::atomic_file::folder_of;
use std::fmt;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Kernel file systems: reading a file there can leak secrets or never end.
const PSEUDO: [&str; 2] = ["/proc", "/sys"];

/// What may be read.
#[derive(Clone, Debug, Default)]
pub struct Boundary {
    /// The canonical path of a folder; `None` allows nothing.
    root: Option<Arc<Path>>,
}

/// Why a file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refused {
    Missing,
    /// The file, or the target of a link, is outside of the boundary.
    Outside,
    /// A pipe, a device or a socket; or a folder where a file is expected, or the other way round.
    WrongKind(&'static str),
    /// Larger than this number of bytes.
    TooLarge(u64),
    Failed(String),
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refused::Missing => f.write_str("is not here"),
            Refused::Outside => f.write_str("is outside of the folder or git repository that rel9 was given; rel9 does not read it"),
            Refused::WrongKind(kind) => write!(f, "is {kind}; rel9 does not read it"),
            Refused::TooLarge(most) => write!(f, "is larger than {} MiB; rel9 does not read it", most >> 20),
            Refused::Failed(why) => write!(f, "cannot be read: {why}"),
        }
    }
}

impl From<io::Error> for Refused {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => Refused::Missing,
            _ => Refused::Failed(error.to_string()),
        }
    }
}

impl Boundary {
    /// The boundary of an input: the git repository that contains it; otherwise the folder itself, or the folder of the file.
    pub fn around(input: &Path) -> Self {
        let folder = if input.is_dir() { input } else { folder_of(input) };
        let Ok(folder) = folder.canonicalize() else { return Boundary::default() };
        // Never the root of the file system.
        let repository = folder.ancestors().find(|folder| folder.parent().is_some() && is_repository(folder));
        Boundary { root: Some(repository.unwrap_or(&folder).into()) }
    }

    /// The canonical path of a folder.
    ///
    /// # Errors
    /// Why it is not read.
    pub fn folder(&self, path: &Path) -> Result<PathBuf, Refused> {
        let found = self.resolve(path)?;
        if found.is_dir() { Ok(found) } else { Err(Refused::WrongKind("not a folder")) }
    }

    /// The canonical path of a regular file.
    ///
    /// # Errors
    /// Why it is not read.
    pub fn file(&self, path: &Path) -> Result<PathBuf, Refused> {
        let found = self.resolve(path)?;
        is_regular(&found)?;
        Ok(found)
    }

    /// The bytes of a regular file of at most `most` bytes.
    ///
    /// # Errors
    /// Why it is not read.
    pub fn read(&self, path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
        read(&self.file(path)?, most)
    }

    fn resolve(&self, path: &Path) -> Result<PathBuf, Refused> {
        let found = match path.canonicalize() {
            Ok(found) => found,
            // A pipe of a shell (`<(…)`) has no path.
            Err(_) if path.metadata().is_ok() => return Err(Refused::WrongKind(PIPE)),
            // The error must not reveal whether a file outside exists.
            Err(_) if !path.ancestors().find_map(|above| or_here(above).canonicalize().ok()).is_some_and(|above| self.holds(&above)) => {
                return Err(Refused::Outside);
            }
            Err(error) => return Err(error.into()),
        };
        if self.holds(&found) { Ok(found) } else { Err(Refused::Outside) }
    }

    fn holds(&self, canonical: &Path) -> bool {
        let pseudo = PSEUDO.iter().any(|pseudo| canonical.starts_with(pseudo));
        !pseudo && self.root.as_ref().is_some_and(|root| canonical.starts_with(root))
    }
}

const PIPE: &str = "a pipe or a device";

/// The bytes of a file that the user names in addition to the templates, such as a variable file. The same boundary applies as for
/// templates.
///
/// # Errors
/// Why it is not read.
pub fn read_given(path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
    Boundary::around(path).read(path, most)
}

fn is_regular(path: &Path) -> Result<(), Refused> {
    match path.metadata()? {
        kind if kind.is_file() => Ok(()),
        kind if kind.is_dir() => Err(Refused::WrongKind("a folder")),
        _ => Err(Refused::WrongKind(PIPE)),
    }
}

fn read(path: &Path, most: u64) -> Result<Vec<u8>, Refused> {
    let file = std::fs::File::open(path)?;
    if file.metadata()?.len() > most {
        return Err(Refused::TooLarge(most));
    }
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(Refused::TooLarge(most)) } else { Ok(bytes) }
}

/// Whether a folder is a git working tree: `.git` is a folder, or a file as in worktrees and submodules, but not a link.
fn is_repository(folder: &Path) -> bool {
    folder.join(".git").symlink_metadata().is_ok_and(|found| found.is_dir() || found.is_file())
}

fn or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    /// `inside/` and `outside/`, each with `a.yaml`.
    fn tree() -> tempfile::TempDir {
        let tree = tempfile::tempdir().expect("a folder");
        for folder in ["inside", "outside"] {
            fs::create_dir(tree.path().join(folder)).expect("a folder");
            fs::write(tree.path().join(folder).join("a.yaml"), folder).expect("a file");
        }
        tree
    }

    #[test]
    fn reads_stay_inside_the_folder() {
        let tree = tree();
        let inside = tree.path().join("inside");
        let boundary = Boundary::around(&inside);
        assert_eq!(boundary.read(&inside.join("a.yaml"), 10), Ok(b"inside".to_vec()));
        assert_eq!(boundary.read(&inside.join("../inside/a.yaml"), 10), Ok(b"inside".to_vec()));
        assert_eq!(boundary.read(&inside.join("a.yaml"), 5), Err(Refused::TooLarge(5)));
        assert_eq!(boundary.read(&inside.join("b.yaml"), 5), Err(Refused::Missing));
        for outside in ["../outside/a.yaml", "../outside/b.yaml", "../none/b.yaml", "/etc/passwd", "/proc/self/environ"] {
            assert_eq!(boundary.read(&inside.join(outside), 10), Err(Refused::Outside), "{outside}");
        }
        assert_eq!(boundary.folder(&inside.join("../outside")), Err(Refused::Outside));
        assert!(matches!(boundary.read(&inside, 10), Err(Refused::WrongKind(_))));
        assert!(matches!(boundary.folder(&inside.join("a.yaml")), Err(Refused::WrongKind(_))));
        assert_eq!(Boundary::default().read(&inside.join("a.yaml"), 10), Err(Refused::Outside));
        assert_eq!(Boundary::around(&inside.join("a.yaml")).read(&inside.join("a.yaml"), 10), Ok(b"inside".to_vec()));
    }

    #[test]
    fn a_repository_is_the_boundary() {
        let tree = tree();
        let inside = tree.path().join("inside");
        let of_root = || Boundary::around(&inside).read(&inside.join("../outside/a.yaml"), 10);
        assert_eq!(of_root(), Err(Refused::Outside));
        fs::write(tree.path().join(".git"), "gitdir: elsewhere\n").expect("a file");
        assert_eq!(of_root(), Ok(b"outside".to_vec()));
        // The nearest one counts.
        fs::create_dir(inside.join(".git")).expect("a folder");
        assert_eq!(of_root(), Err(Refused::Outside));
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else() {
        let tree = tree();
        let inside = tree.path().join("inside");
        let boundary = Boundary::around(&inside);
        let link = |to: &str, name: &str| std::os::unix::fs::symlink(to, inside.join(name)).expect("a link");
        link("a.yaml", "own.yaml");
        link("../outside/a.yaml", "other.yaml");
        link("../outside", "folder");
        link("/dev/zero", "endless.yaml");
        link("loop.yaml", "loop.yaml");
        assert_eq!(boundary.read(&inside.join("own.yaml"), 10), Ok(b"inside".to_vec()));
        for outside in ["other.yaml", "folder/a.yaml", "endless.yaml"] {
            assert_eq!(boundary.read(&inside.join(outside), 10), Err(Refused::Outside), "{outside}");
        }
        assert!(matches!(boundary.read(&inside.join("loop.yaml"), 10), Err(Refused::Failed(_))));
        let pipe = std::process::Command::new("mkfifo").arg(inside.join("pipe.yaml")).status();
        assert!(pipe.is_ok_and(|made| made.success()));
        assert_eq!(boundary.read(&inside.join("pipe.yaml"), 10), Err(Refused::WrongKind(PIPE)));
        assert_eq!(read_given(&inside.join("pipe.yaml"), 10), Err(Refused::WrongKind(PIPE)));
        assert_eq!(read_given(&inside.join("other.yaml"), 10), Err(Refused::Outside));
    }
}
