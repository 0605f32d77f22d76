/** The page that `--help` prints. */
export const HELP = `Cleargate on the command line. Reads and gates; signing needs a token from chat.

  compliance --detect "<industry>"                        which rules would apply, without a database
  compliance create --customer "<name>" --industry "<text>"   open a migration and propose its verticals
  compliance --migration-id <uuid> --industry "<text>"    propose verticals; a person confirms them in chat
  compliance --migration-id <uuid> --check-status         every requirement with its state
  compliance --migration-id <uuid> --can-advance --stage 3|5   may it advance?
  compliance --migration-id <uuid> --sign-off --requirement <name>
                                                          with COMPLIANCE_TOKEN or the token on standard input
  compliance report --migration-id <uuid> [--draft] [--output <file>]   the closeout report as JSON
  compliance verify [--replay]                            check the ledger from its first entry;
                                                          with --replay also that the tables are what it says
  compliance public-key                                   the public key of the ledger, for cleargate-verify
  compliance export-audit --output <file> [--organization <uuid>]
                                                          the ledger, for cleargate-verify
  compliance export-proof --sign-off <uuid> --output <file>   the proof of one sign-off
  compliance export-proof --migration-id <uuid> --requirement <name> --output <file>
  compliance dead-letters [replay <number>|all]           what could not be delivered; send it again
  compliance splunk resend --from <number>                ship the ledger to Splunk again from an entry on
  compliance doctor                                       check this machine and the settings

Add --json for output that a program reads.
Exit codes: 0 pass, 2 blocked (the list is your remaining work), 1 the command failed, 64 wrong usage.
From a checkout: npm run --silent compliance -- <the words above>
`;
