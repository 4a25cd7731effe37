/** For what is worked out here: results are printed soon, and a progress bar moves. */
export const smallBatch = 100;

/** For what the host is asked: a batch shares one look at its links, one OVSDB transaction, one wait for ovs-vswitchd. */
export const largeBatch = 500;
