import { createVifDriver } from '@vifkit/core';
import { LibvirtGuestConfigurator } from '@vifkit/libvirt';
import { memoryHost } from '@vifkit/testkit';
import { describe, expect, it } from 'vitest';
