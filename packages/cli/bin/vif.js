#!/usr/bin/env node
// Committed, unlike what it imports: package managers link a bin at install, before anything is built.
import '../dist/main.js';
