/** True answers of a customer that meets every requirement, by requirement and field; days count from today. */
import type { Filling } from "../support/slack/driver/fill.ts";

export interface Answers {
  /** The day so many days from today; negative is past. */
  readonly day: (offset: number) => string;
  /** The surface's id of the compliance officer, for questions about our own people. */
  readonly member: string;
}

const PDF = { name: "worksheet-v3.pdf", content: "%PDF-1.7 flow worksheet, version 3" };

function person(prefix: string, role: string): Filling {
  return {
    [`${prefix}.name`]: "Morgan Reyes",
    [`${prefix}.title`]: role,
    [`${prefix}.organisation`]: "Northside Health",
    [`${prefix}.email`]: "morgan.reyes@northside.example",
  };
}

/** All answers of one requirement; a form takes those whose fields it shows. */
export function goodAnswers(requirement: string, given: Answers): Filling {
  return { ...BASELINE, ...ANSWERS[requirement]?.(given) };
}

const BASELINE: Filling = {};

const ANSWERS: Readonly<Record<string, (given: Answers) => Filling>> = {
  hipaa_phi_inventory_partial: ({ day }) => ({
    entity_status: "covered_entity_provider",
    call_types: ["appointment_scheduling_or_reminders", "prescription_or_pharmacy"],
    departments: "Front desk, pharmacy line, billing queue",
    stored_media: ["voicemail_audio", "call_recordings"],
    ...person("interviewee", "Compliance Officer"),
    interview_date: day(-6),
  }),
  hipaa_baa_signed: ({ day }) => ({
    hipaa_tier: "yes",
    baa_parties: "Northside Health LLC / Example UCaaS Inc.",
    provider_signer: "Pat Lee, General Counsel",
    countersigner: "Morgan Reyes, Compliance Officer",
    signer_authority: "yes",
    both_signatures: "yes",
    baa_executed_date: day(-5),
    records_calls: "yes",
    covers: ["voice_calling", "voicemail", "call_recording_storage"],
    breach_notice_days: "10",
    integrator_ba: "no_access",
    baa_location: "https://drive.google.com/file/d/baa-northside",
    recording_covered: "yes",
  }),
  phi_inventory_complete: ({ day }) => ({
    worksheet: [PDF],
    worksheet_date: day(-4),
    flow_count: "12",
    partial_reconciled: "yes",
    each_row_has: [
      "source_and_destination",
      "media_stored_none_voicemail_recording_sms_fax_tr",
      "where_stored_and_region",
      "who_has_access_role",
      "retention",
      "encryption_in_transit_at_rest",
      "covered_by_baa_y_n",
    ],
    rows_outside_baa: "0",
    third_parties: "None besides the provider",
    mobile_cache: "no_personal_devices_used",
    ...person("compliance_officer", "Compliance Officer"),
    review_date: day(-3),
  }),
  encryption_verified: ({ day }) => ({
    sip_tls_version: "tls_1_3",
    srtp: "srtp_required_no_fallback",
    pstn_leg_ack: "yes",
    vm_at_rest: "yes_aes_256",
    rec_at_rest: "yes_aes_256",
    vm_to_email: "off",
    doc_url: "https://example.com/security/encryption",
    verified_how: ["admin_console_setting", "packet_capture_sip_trace_of_a_test_call"],
    verified_on: day(-2),
  }),
  audit_logging_enabled: ({ day, member }) => ({
    cdr_retention_months: "72",
    where: "platform_setting",
    admin_audit: "yes_72_months_or_more",
    access_log: "yes",
    immutable: "no_locked_worm",
    reviewer: member,
    review_frequency: "monthly",
    set_on: day(-2),
  }),
  breach_response_plan_signed: ({ day }) => ({
    irp_version: "IRP 4.2",
    irp_date: day(-20),
    platform_named: "yes",
    provider_contact: "security@ucaas.example",
    clock_60: "yes",
    four_factor: "yes",
    ...person("officer", "Compliance Officer"),
    confirm_date: day(-4),
  }),
  pci_scope_assessed: ({ day }) => ({
    card_capture: ["keypad_dtmf"],
    flows: "Billing queue 4100, patient payments IVR",
    recording: "yes_audio",
    remote_agents: "no",
    processor: "Example Payments",
    validation_type: "saq_with_qsa_support",
    next_audit: day(200),
    diagram: [{ name: "card-flows.pdf", content: "%PDF-1.7 card flows, dated" }],
    diagram_date: day(-8),
  }),
  call_recording_descoped: ({ day }) => ({
    method: "dtmf_suppression",
    legacy: "none_exist",
    other_stores: ["none_of_these_exist"],
    mask_point: "at_carrier_cloud_provider_before_our_network_age",
    test_call_date: day(-3),
    test_used_test_card: "yes",
    test_result: "silence",
  }),
  tokenization_confirmed: ({ day }) => ({
    ...person("processor_contact", "Integration Manager"),
    confirm_date: day(-7),
    p2pe: "provider_side_dtmf_capture_to_gateway_token_retu",
    aoc_date: day(-90),
    token_only: "yes",
    voice_plaintext: "no",
    responsibility_matrix: "yes",
  }),
  qsa_approval_obtained: ({ day }) => ({
    assessor_type: "external_qsa",
    package_sent: day(-40),
    doc_version: "Architecture pack 2.1",
    qsa_name: "Robin Osei",
    qsa_company: "Assess & Co",
    qsa_listed: "yes",
    result: "approved_no_objection",
    approval_date: day(-6),
  }),
  ferpa_review_complete: ({ day }) => ({
    institution_type: "college_university_public",
    federal_funds: "yes",
    flows: ["admissions", "financial_aid", "student_health_centre"],
    health_services: "yes_public_patients_too",
    ...person("contact", "Registrar"),
    meeting_date: day(-9),
  }),
  student_data_inventory: ({ day }) => ({
    inventory: [{ name: "student-calls.xlsx", content: "call types and how they are handled" }],
    each_row_has: [
      "call_type",
      "recorded_y_n",
      "stored_where",
      "retention",
      "who_can_listen_roles",
      "access_control_sso_mfa_rbac",
      "education_record_y_n",
      "disclosure_log_needed_y_n",
    ],
    retention_days: "90",
    access_roles: "Registrar supervisors",
    access_45: "yes",
    disclosure_log: "institution",
    ...person("reviewer", "Registrar"),
    review_date: day(-5),
  }),
  no_marketing_use_confirmed: ({ day, member }) => ({
    dpa_name: "Education DPA 2026",
    dpa_date: day(-30),
    dpa_url: "https://example.com/dpa/education",
    tier: "Education",
    prohibits: [
      "training_ai_models_on_call_data",
      "service_improvement_product_development_use",
      "marketing_or_advertising_use",
    ],
    clause: "Section 7.2: the provider shall not use call data for these purposes.",
    ai_features: "off",
    reviewer: member,
  }),
  ferpa_hipaa_counsel_review: ({ day, member }) => ({
    manager: member,
    manager_date: day(-8),
    who_is_patient: "students_and_public",
    records_decision: "both_split_by_unit",
    counsel: "Lee & Partners",
    counsel_date: day(-5),
    split_tenants: "yes",
  }),
};
