//! Places that clients take: so many in all, and so many of them for one client, so that no one client takes all.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::{Arc, Mutex, PoisonError};

/// Places that clients take.
pub struct Places(Arc<Inner>);

struct Inner {
    all: usize,
    each: usize,
    taken: Mutex<HashMap<IpAddr, usize>>,
}

/// One place, given back when it is dropped.
pub struct Place {
    of: Arc<Inner>,
    client: IpAddr,
}

/// Why there is no place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Full {
    /// All are taken.
    All,
    /// The client has as many as one may have.
    Client,
}

impl Places {
    /// So many places, of which one client may have so many.
    pub fn new(all: usize, each: usize) -> Self {
        Self(Arc::new(Inner { all, each, taken: Mutex::default() }))
    }

    /// A place for a client.
    ///
    /// # Errors
    /// Where there is none.
    pub fn take(&self, from: IpAddr) -> Result<Place, Full> {
        let client = client(from);
        let mut taken = self.0.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<usize>() >= self.0.all {
            return Err(Full::All);
        }
        let own = taken.get(&client).copied().unwrap_or(0);
        if own >= self.0.each {
            return Err(Full::Client);
        }
        taken.insert(client, own + 1);
        Ok(Place { of: Arc::clone(&self.0), client })
    }

    /// How many are taken.
    pub fn taken(&self) -> usize {
        self.0.taken.lock().unwrap_or_else(PoisonError::into_inner).values().sum()
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.of.taken.lock().unwrap_or_else(PoisonError::into_inner);
        match taken.get_mut(&self.client) {
            Some(own) if *own > 1 => *own -= 1,
            _ => _ = taken.remove(&self.client),
        }
    }
}

/// The client of an address: who has one address of IPv6 has the 2^64 that begin as it does.
fn client(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            IpAddr::V6(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0))
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_leaves_places_to_others() {
        let places = Places::new(4, 3);
        let (one, other): (IpAddr, IpAddr) = ("192.0.2.1".parse().unwrap(), "192.0.2.2".parse().unwrap());
        let mut held: Vec<Place> = (0..3).map(|_| places.take(one).ok().unwrap()).collect();
        assert_eq!(places.take(one).err(), Some(Full::Client));
        // The same client by another name.
        assert_eq!(places.take("::ffff:192.0.2.1".parse().unwrap()).err(), Some(Full::Client));
        let last = places.take(other).ok().unwrap();
        assert_eq!((places.take(other).err(), places.taken()), (Some(Full::All), 4));
        held.pop();
        let again = places.take(one).ok().unwrap();
        drop((held, last, again));
        assert_eq!(places.taken(), 0);
        assert!(places.0.taken.lock().unwrap().is_empty());
    }

    #[test]
    fn a_network_of_ipv6_is_one_client() {
        let places = Places::new(8, 1);
        let _held = places.take("2001:db8::1".parse().unwrap()).ok().unwrap();
        assert_eq!(places.take("2001:db8::ffff:1".parse().unwrap()).err(), Some(Full::Client));
        assert!(places.take("2001:db8:0:1::1".parse().unwrap()).is_ok());
    }
}
