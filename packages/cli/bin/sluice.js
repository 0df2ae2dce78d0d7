#!/usr/bin/env node
// A file of its own, so that an install can link it before anything is built.
import "../dist/bin.js";
