/**
 * Runs the analysis of n8n's own scanner for community packages over a folder, and prints what it says as JSON. In a
 * process of its own: the scanner prints as it goes, and leaves a temporary folder behind.
 *
 * Use: node scan.mjs FOLDER PATTERN…
 */
import { analyzePackage } from '@n8n/scan-community-package/scanner/scanner.mjs';

const [folder, ...patterns] = process.argv.slice(2);
const { passed, message = '', details = '' } = await analyzePackage(folder, patterns);
process.stdout.write(`\n${JSON.stringify({ passed, message, details })}\n`);
