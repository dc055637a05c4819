//! An error with its causes in one line, for logs: Display of our errors never prints its source.
use std::error::Error;
use std::fmt;

/// Prints an error and every cause below it, each once.
pub struct Chain<'a>(pub &'a dyn Error);

/// The whole chain of an error.
pub fn chain<'a>(error: &'a (dyn Error + 'static)) -> Chain<'a> {
    Chain(error)
}

impl fmt::Display for Chain<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut said = self.0.to_string();
        f.write_str(&said)?;
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let now = error.to_string();
            if now != said {
                write!(f, ": {now}")?; // some libraries print their source already
            }
            said = now;
            cause = error.source();
        }
        Ok(())
    }
}
