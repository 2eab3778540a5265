import { config } from 'zod';

// Zod asks `new Function` whether it may compile; under our Trusted Types policy each question is a violation.
config({ jitless: true });
