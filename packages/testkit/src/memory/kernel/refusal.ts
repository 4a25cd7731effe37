/** What `ip` says when the kernel refuses something. */
export class Refusal extends Error {}

export const TAP_BUSY = 'ioctl(TUNSETIFF): Device or resource busy';
export const FILE_EXISTS = 'RTNETLINK answers: File exists';
export const NO_SUCH_FILE = 'RTNETLINK answers: No such file or directory';
export const NOT_SUPPORTED = 'RTNETLINK answers: Operation not supported';
export const OUT_OF_RANGE = 'RTNETLINK answers: Numerical result out of range';
