//! The folder of the segments as tantivy sees it: readable by others, and readable where nothing can be written.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tantivy::directory::error::{DeleteError, LockError, OpenDirectoryError, OpenReadError, OpenWriteError};
use tantivy::directory::{
    Directory, DirectoryLock, FileHandle, Lock, META_LOCK, MmapDirectory, WatchCallback, WatchHandle, WritePtr,
};

use super::store;

/// tantivy's folder of mapped files, but for three things.
///
/// Stores are looked at before tantivy believes what they say of themselves.
///
/// Files that are replaced as a whole get the permissions that the user's mask gives, not those of a temporary file.
/// The lock that keeps a writer from deleting what is being opened is done without where it cannot be taken: on media
/// and in folders that this user can only read.
#[derive(Debug, Clone)]
pub struct Segments {
    files: MmapDirectory,
    dir: PathBuf,
}

impl Segments {
    /// Opens a folder, which has to exist.
    pub fn open(dir: &Path) -> Result<Self, OpenDirectoryError> {
        Ok(Self { files: MmapDirectory::open(dir)?, dir: dir.to_path_buf() })
    }
}

impl Directory for Segments {
    fn get_file_handle(&self, path: &Path) -> Result<Arc<dyn FileHandle>, OpenReadError> {
        store::checked(path, self.files.get_file_handle(path)?)
    }

    fn delete(&self, path: &Path) -> Result<(), DeleteError> {
        self.files.delete(path)
    }

    fn exists(&self, path: &Path) -> Result<bool, OpenReadError> {
        self.files.exists(path)
    }

    fn open_write(&self, path: &Path) -> Result<WritePtr, OpenWriteError> {
        self.files.open_write(path)
    }

    fn atomic_read(&self, path: &Path) -> Result<Vec<u8>, OpenReadError> {
        self.files.atomic_read(path)
    }

    fn atomic_write(&self, path: &Path, data: &[u8]) -> io::Result<()> {
        replace(&self.dir.join(path), data)
    }

    fn sync_directory(&self) -> io::Result<()> {
        self.files.sync_directory()
    }

    fn acquire_lock(&self, lock: &Lock) -> Result<DirectoryLock, LockError> {
        self.files.acquire_lock(lock).or_else(|error| match &error {
            LockError::IoError(io) if lock.filepath == META_LOCK.filepath && is_read_only(io) => {
                Ok(DirectoryLock::from(Box::new(())))
            }
            _ => Err(error),
        })
    }

    fn watch(&self, callback: WatchCallback) -> tantivy::Result<WatchHandle> {
        self.files.watch(callback)
    }
}

fn is_read_only(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem)
}

/// Replaces a file as a whole: whoever opens it, also after a power cut, finds the old content or the new.
///
/// # Errors
/// From the file system.
pub fn replace(path: &Path, content: &[u8]) -> io::Result<()> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".new");
    let new = path.with_file_name(name);
    let mut file = File::create(&new)?;
    file.write_all(content)?;
    file.sync_all()?;
    drop(file);
    fs::rename(&new, path)?;
    path.parent().map_or(Ok(()), sync_folder)
}

/// Makes the names in a folder durable.
///
/// # Errors
/// From the file system.
pub fn sync_folder(folder: &Path) -> io::Result<()> {
    // Elsewhere a folder cannot be opened, and names are durable with their files.
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_replaced_with_the_permissions_of_the_mask() {
        let dir = tempfile::tempdir().unwrap();
        let (plain, replaced) = (dir.path().join("plain"), dir.path().join("replaced"));
        fs::write(&plain, b"x").unwrap();
        for content in [&b"one"[..], b"two"] {
            Segments::open(dir.path()).unwrap().atomic_write(Path::new("replaced"), content).unwrap();
            assert_eq!(fs::read(&replaced).unwrap(), content);
        }
        assert_eq!(fs::metadata(&plain).unwrap().permissions(), fs::metadata(&replaced).unwrap().permissions());
        assert_eq!(fs::read_dir(dir.path()).unwrap().count(), 2);
    }

    #[test]
    fn errors_of_folders_that_can_only_be_read_are_told_from_others() {
        let error = |kind| io::Error::from(kind);
        assert!(is_read_only(&error(io::ErrorKind::PermissionDenied)));
        assert!(is_read_only(&error(io::ErrorKind::ReadOnlyFilesystem)));
        assert!(!is_read_only(&error(io::ErrorKind::StorageFull)));
    }
}
