/** Programs in Python for what has no command: each ends with 0 if it gets its way. */
const python = (...lines: readonly string[]) => ['/usr/bin/python3', '-c', lines.join('\n')] as const;

export const setsUserId = python('import os', 'os.setuid(0)');

/** Sees the frames of all links. */
export const opensPacketSocket = python(
  'import socket',
  'socket.socket(socket.AF_PACKET, socket.SOCK_RAW, 0x300)',
);

export const sendsDatagram = python(
  'import socket',
  "socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
);

/** `r0 = 0; exit`: a program that the verifier takes. */
const loadsBpf = (type: number) =>
  python(
    'import ctypes, platform, struct, sys',
    "number = {'x86_64': 321, 'aarch64': 280}[platform.machine()]",
    "code = ctypes.create_string_buffer(struct.pack('<BBhiBBhi', 0xb7, 0, 0, 0, 0x95, 0, 0, 0))",
    "license = ctypes.create_string_buffer(b'GPL')",
    `attr = ctypes.create_string_buffer(struct.pack('<IIQQ', ${type}, 2, ctypes.addressof(code), ctypes.addressof(license)), 128)`,
    'libc = ctypes.CDLL(None, use_errno=True)',
    'sys.exit(libc.syscall(number, 5, attr, 72) < 0)', // BPF_PROG_LOAD
  );
export const loadsSocketFilter = loadsBpf(1);
export const loadsXdp = loadsBpf(6);

/** Deletes a link of another namespace, which `ip netns set` has given the number 77. */
export const deletesLinkByNamespaceId = (name: string) =>
  python(
    'import socket, struct, sys',
    's = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)',
    "attr = lambda kind, data: struct.pack('HH', 4 + len(data), kind) + data + bytes(-len(data) % 4)",
    `names = attr(46, struct.pack('i', 77)) + attr(3, b'${name}\\0')`, // IFLA_TARGET_NETNSID, IFLA_IFNAME
    "body = struct.pack('BxHiII', 0, 0, 0, 0, 0) + names",
    "s.send(struct.pack('IHHII', 16 + len(body), 17, 5, 1, 0) + body)", // RTM_DELLINK, NLM_F_REQUEST | NLM_F_ACK
    "sys.exit(struct.unpack('i', s.recv(4096)[16:20])[0] != 0)",
  );
