export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "bookings": {
        Row: {
          "attended": boolean;
          "attended_by_hand": string | null;
          "attendee_email": string;
          "calcom_uid": string;
          "cancelled_deal_id": string | null;
          "created_at": string;
          "deal_id": string | null;
          "end_time": string | null;
          "event_type_id": string | null;
          "has_ended": boolean;
          "ical_uid": string | null;
          "id": string;
          "is_cancelled_by_hand": boolean;
          "is_no_show": boolean;
          "is_pending_confirmation": boolean;
          "is_recurring": boolean;
          "is_seated": boolean;
          "last_event_id": string | null;
          "made_at": unknown;
          "met_deal_id": string | null;
          "organizer_email": string | null;
          "original_key": string | null;
          "person_id": string;
          "previous_uids": (string)[];
          "seat_id": string | null;
          "start_time": string | null;
          "status": string;
          "stream_key": string | null;
          "title": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attended"?: boolean;
          "attended_by_hand"?: string | null;
          "attendee_email": string;
          "calcom_uid": string;
          "cancelled_deal_id"?: string | null;
          "created_at"?: string;
          "deal_id"?: string | null;
          "end_time"?: string | null;
          "event_type_id"?: string | null;
          "has_ended"?: boolean;
          "ical_uid"?: string | null;
          "id"?: string;
          "is_cancelled_by_hand"?: boolean;
          "is_no_show"?: boolean;
          "is_pending_confirmation"?: boolean;
          "is_recurring"?: boolean;
          "is_seated"?: boolean;
          "last_event_id"?: string | null;
          "made_at"?: unknown;
          "met_deal_id"?: string | null;
          "organizer_email"?: string | null;
          "original_key"?: string | null;
          "person_id": string;
          "previous_uids"?: (string)[];
          "seat_id"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "stream_key"?: string | null;
          "title"?: string | null;
        };
        Update: {
          "attended"?: boolean;
          "attended_by_hand"?: string | null;
          "attendee_email"?: string;
          "calcom_uid"?: string;
          "cancelled_deal_id"?: string | null;
          "created_at"?: string;
          "deal_id"?: string | null;
          "end_time"?: string | null;
          "event_type_id"?: string | null;
          "has_ended"?: boolean;
          "ical_uid"?: string | null;
          "id"?: string;
          "is_cancelled_by_hand"?: boolean;
          "is_no_show"?: boolean;
          "is_pending_confirmation"?: boolean;
          "is_recurring"?: boolean;
          "is_seated"?: boolean;
          "last_event_id"?: string | null;
          "made_at"?: unknown;
          "met_deal_id"?: string | null;
          "organizer_email"?: string | null;
          "original_key"?: string | null;
          "person_id"?: string;
          "previous_uids"?: (string)[];
          "seat_id"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "stream_key"?: string | null;
          "title"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "bookings_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "bookings_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "pipeline";
            referencedColumns: ["deal_id"];
          },
          {
            foreignKeyName: "bookings_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "board_meetings";
            referencedColumns: ["person_id"];
          },
          {
            foreignKeyName: "bookings_person_id_fkey";
            columns: ["person_id"];
            isOneToOne: false;
            referencedRelation: "people";
            referencedColumns: ["id"];
          },
        ];
      };
      "calcom_events": {
        Row: {
          "attempts": number;
          "booker_email": string | null;
          "cancellation_rule": string | null;
          "concerned_emails": (string)[] | null;
          "decided_at": string | null;
          "id": string;
          "is_follow_up": boolean | null;
          "is_slim": boolean;
          "last_repeated_at": string | null;
          "new_uid": string | null;
          "outcome": string;
          "payload": NonNullable<Json>;
          "payload_hash": number;
          "position": unknown;
          "raw_body": string | null;
          "reason": string | null;
          "received_at": string;
          "received_hash": number | null;
          "repeat_count": number | null;
          "repeats_event_id": string | null;
          "source": string;
          "stream_key": string | null;
          "trigger": string | null;
          "uid": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "booker_email"?: string | null;
          "cancellation_rule"?: string | null;
          "concerned_emails"?: (string)[] | null;
          "decided_at"?: string | null;
          "id"?: string;
          "is_follow_up"?: never;
          "is_slim"?: boolean;
          "last_repeated_at"?: string | null;
          "new_uid"?: string | null;
          "outcome"?: string;
          "payload": NonNullable<Json>;
          "payload_hash"?: never;
          "position"?: unknown;
          "raw_body"?: string | null;
          "reason"?: string | null;
          "received_at"?: string;
          "received_hash"?: number | null;
          "repeat_count"?: number | null;
          "repeats_event_id"?: string | null;
          "source"?: string;
          "stream_key"?: string | null;
          "trigger"?: string | null;
          "uid"?: string | null;
        };
        Update: {
          "attempts"?: number;
          "booker_email"?: string | null;
          "cancellation_rule"?: string | null;
          "concerned_emails"?: (string)[] | null;
          "decided_at"?: string | null;
          "id"?: string;
          "is_follow_up"?: never;
          "is_slim"?: boolean;
          "last_repeated_at"?: string | null;
          "new_uid"?: string | null;
          "outcome"?: string;
          "payload"?: NonNullable<Json>;
          "payload_hash"?: never;
          "position"?: unknown;
          "raw_body"?: string | null;
          "reason"?: string | null;
          "received_at"?: string;
          "received_hash"?: number | null;
          "repeat_count"?: number | null;
          "repeats_event_id"?: string | null;
          "source"?: string;
          "stream_key"?: string | null;
          "trigger"?: string | null;
          "uid"?: string | null;
        };
        Relationships: [];
      };
      "companies": {
        Row: {
          "created_at": string;
          "domain": string;
          "form_name": string | null;
          "id": string;
          "made_at": unknown;
          "name": string;
        };
        ComputedFields: never;
        Insert: {
          "created_at"?: string;
          "domain": string;
          "form_name"?: string | null;
          "id"?: string;
          "made_at"?: unknown;
          "name": string;
        };
        Update: {
          "created_at"?: string;
          "domain"?: string;
          "form_name"?: string | null;
          "id"?: string;
          "made_at"?: unknown;
          "name"?: string;
        };
        Relationships: [];
      };
      "deals": {
        Row: {
          "company_id": string;
          "created_at": string;
          "id": string;
          "is_closed_by_hand": boolean;
          "is_new": boolean;
          "made_at": unknown;
          "opened_by_event_id": string | null;
          "stage": string;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "company_id": string;
          "created_at"?: string;
          "id"?: string;
          "is_closed_by_hand"?: boolean;
          "is_new"?: boolean;
          "made_at"?: unknown;
          "opened_by_event_id"?: string | null;
          "stage"?: string;
          "status"?: string;
        };
        Update: {
          "company_id"?: string;
          "created_at"?: string;
          "id"?: string;
          "is_closed_by_hand"?: boolean;
          "is_new"?: boolean;
          "made_at"?: unknown;
          "opened_by_event_id"?: string | null;
          "stage"?: string;
          "status"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "deals_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "board_companies";
            referencedColumns: ["company_id"];
          },
          {
            foreignKeyName: "deals_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "companies";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "deals_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "pipeline";
            referencedColumns: ["company_id"];
          },
        ];
      };
      "email_attempts": {
        Row: {
          "attempt": number;
          "claimed_at": string;
          "email_id": string;
          "error": string | null;
          "finished_at": string | null;
          "outcome": string | null;
          "requested_at": string | null;
        };
        ComputedFields: never;
        Insert: {
          "attempt": number;
          "claimed_at"?: string;
          "email_id": string;
          "error"?: string | null;
          "finished_at"?: string | null;
          "outcome"?: string | null;
          "requested_at"?: string | null;
        };
        Update: {
          "attempt"?: number;
          "claimed_at"?: string;
          "email_id"?: string;
          "error"?: string | null;
          "finished_at"?: string | null;
          "outcome"?: string | null;
          "requested_at"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "email_attempts_email_id_fkey";
            columns: ["email_id"];
            isOneToOne: false;
            referencedRelation: "emails";
            referencedColumns: ["id"];
          },
        ];
      };
      "email_deliveries": {
        Row: {
          "email_id": string | null;
          "id": string;
          "payload": NonNullable<Json>;
          "received_at": string;
        };
        ComputedFields: never;
        Insert: {
          "email_id"?: string | null;
          "id": string;
          "payload": NonNullable<Json>;
          "received_at"?: string;
        };
        Update: {
          "email_id"?: string | null;
          "id"?: string;
          "payload"?: NonNullable<Json>;
          "received_at"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "email_deliveries_email_id_fkey";
            columns: ["email_id"];
            isOneToOne: false;
            referencedRelation: "emails";
            referencedColumns: ["id"];
          },
        ];
      };
      "emails": {
        Row: {
          "attempts": number;
          "booking_id": string | null;
          "calcom_uid": string | null;
          "calendar_sequence": number;
          "created_at": string;
          "delivery": string | null;
          "delivery_at": string | null;
          "delivery_reason": string | null;
          "end_time": string | null;
          "event_id": string | null;
          "finalized_at": string | null;
          "from_address": string | null;
          "from_name": string | null;
          "hides_organizer": boolean;
          "id": string;
          "kind": string;
          "mailbox_hash": number | null;
          "next_attempt_at": string;
          "number": number | null;
          "old_end_time": string | null;
          "old_start_time": string | null;
          "organizer_email": string | null;
          "reason": string | null;
          "reply_to": string | null;
          "request_body": Json | null;
          "resend_id": string | null;
          "retried_at": string | null;
          "seat_id": string | null;
          "sent_at": string | null;
          "series_event_type": string | null;
          "start_time": string | null;
          "status": string;
          "template_data": Json | null;
          "to_address": string;
          "told_before": number;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "booking_id"?: string | null;
          "calcom_uid"?: string | null;
          "calendar_sequence"?: number;
          "created_at"?: string;
          "delivery"?: string | null;
          "delivery_at"?: string | null;
          "delivery_reason"?: string | null;
          "end_time"?: string | null;
          "event_id"?: string | null;
          "finalized_at"?: string | null;
          "from_address"?: string | null;
          "from_name"?: string | null;
          "hides_organizer"?: boolean;
          "id"?: string;
          "kind": string;
          "mailbox_hash"?: number | null;
          "next_attempt_at"?: string;
          "number"?: number | null;
          "old_end_time"?: string | null;
          "old_start_time"?: string | null;
          "organizer_email"?: string | null;
          "reason"?: string | null;
          "reply_to"?: string | null;
          "request_body"?: Json | null;
          "resend_id"?: string | null;
          "retried_at"?: string | null;
          "seat_id"?: string | null;
          "sent_at"?: string | null;
          "series_event_type"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "template_data"?: Json | null;
          "to_address": string;
          "told_before"?: number;
        };
        Update: {
          "attempts"?: number;
          "booking_id"?: string | null;
          "calcom_uid"?: string | null;
          "calendar_sequence"?: number;
          "created_at"?: string;
          "delivery"?: string | null;
          "delivery_at"?: string | null;
          "delivery_reason"?: string | null;
          "end_time"?: string | null;
          "event_id"?: string | null;
          "finalized_at"?: string | null;
          "from_address"?: string | null;
          "from_name"?: string | null;
          "hides_organizer"?: boolean;
          "id"?: string;
          "kind"?: string;
          "mailbox_hash"?: number | null;
          "next_attempt_at"?: string;
          "number"?: number | null;
          "old_end_time"?: string | null;
          "old_start_time"?: string | null;
          "organizer_email"?: string | null;
          "reason"?: string | null;
          "reply_to"?: string | null;
          "request_body"?: Json | null;
          "resend_id"?: string | null;
          "retried_at"?: string | null;
          "seat_id"?: string | null;
          "sent_at"?: string | null;
          "series_event_type"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "template_data"?: Json | null;
          "to_address"?: string;
          "told_before"?: number;
        };
        Relationships: [];
      };
      "event_effects": {
        Row: {
          "booking_id": string;
          "deal_change": string | null;
          "deal_id": string | null;
          "event_id": string;
          "reason": string;
          "stream_key": string;
        };
        ComputedFields: never;
        Insert: {
          "booking_id": string;
          "deal_change"?: string | null;
          "deal_id"?: string | null;
          "event_id": string;
          "reason": string;
          "stream_key": string;
        };
        Update: {
          "booking_id"?: string;
          "deal_change"?: string | null;
          "deal_id"?: string | null;
          "event_id"?: string;
          "reason"?: string;
          "stream_key"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "event_effects_booking_id_fkey";
            columns: ["booking_id"];
            isOneToOne: false;
            referencedRelation: "bookings";
            referencedColumns: ["id"];
          },
        ];
      };
      "hand_edits": {
        Row: {
          "editor": string;
          "id": string;
          "new_values": Json | null;
          "number": number;
          "old_values": Json | null;
          "operation": string;
          "position": unknown;
          "reason": string;
          "row_id": string;
          "row_key": string | null;
          "skipped_reason": string | null;
          "stream_key": string;
          "table_name": string;
        };
        ComputedFields: never;
        Insert: {
          "editor": string;
          "id"?: string;
          "new_values"?: Json | null;
          "number"?: number;
          "old_values"?: Json | null;
          "operation": string;
          "position": unknown;
          "reason": string;
          "row_id": string;
          "row_key"?: string | null;
          "skipped_reason"?: string | null;
          "stream_key": string;
          "table_name": string;
        };
        Update: {
          "editor"?: string;
          "id"?: string;
          "new_values"?: Json | null;
          "number"?: number;
          "old_values"?: Json | null;
          "operation"?: string;
          "position"?: unknown;
          "reason"?: string;
          "row_id"?: string;
          "row_key"?: string | null;
          "skipped_reason"?: string | null;
          "stream_key"?: string;
          "table_name"?: string;
        };
        Relationships: [];
      };
      "members": {
        Row: {
          "email": string;
          "invited_at": string;
          "name": string | null;
          "role": string;
          "user_id": string;
        };
        ComputedFields: never;
        Insert: {
          "email": string;
          "invited_at"?: string;
          "name"?: string | null;
          "role"?: string;
          "user_id": string;
        };
        Update: {
          "email"?: string;
          "invited_at"?: string;
          "name"?: string | null;
          "role"?: string;
          "user_id"?: string;
        };
        Relationships: [];
      };
      "people": {
        Row: {
          "company_id": string | null;
          "created_at": string;
          "email": string;
          "id": string;
          "is_company_chosen": boolean;
          "made_at": unknown;
          "name": string | null;
          "suppressed_at": string | null;
          "suppressed_reason": string | null;
        };
        ComputedFields: never;
        Insert: {
          "company_id"?: string | null;
          "created_at"?: string;
          "email": string;
          "id"?: string;
          "is_company_chosen"?: boolean;
          "made_at"?: unknown;
          "name"?: string | null;
          "suppressed_at"?: string | null;
          "suppressed_reason"?: string | null;
        };
        Update: {
          "company_id"?: string | null;
          "created_at"?: string;
          "email"?: string;
          "id"?: string;
          "is_company_chosen"?: boolean;
          "made_at"?: unknown;
          "name"?: string | null;
          "suppressed_at"?: string | null;
          "suppressed_reason"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "board_companies";
            referencedColumns: ["company_id"];
          },
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "companies";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "pipeline";
            referencedColumns: ["company_id"];
          },
        ];
      };
      "personal_email_domains": {
        Row: {
          "domain": string;
        };
        ComputedFields: never;
        Insert: {
          "domain": string;
        };
        Update: {
          "domain"?: string;
        };
        Relationships: [];
      };
      "reconciliations": {
        Row: {
          "api_newest_update": string | null;
          "bookings": number;
          "created": NonNullable<Json>;
          "error": string | null;
          "events_made": number;
          "finished_at": string | null;
          "id": string;
          "is_dry_run": boolean;
          "kind": string;
          "known": number;
          "last_page_at": string | null;
          "lease": string | null;
          "leased_until": string | null;
          "number": number;
          "oldest_waiting": string | null;
          "outcomes": NonNullable<Json>;
          "pages": number;
          "place": Json | null;
          "since": string | null;
          "skipped": number;
          "skipped_reasons": NonNullable<Json>;
          "started_at": string;
          "until": string | null;
          "waiting": number;
        };
        ComputedFields: never;
        Insert: {
          "api_newest_update"?: string | null;
          "bookings"?: number;
          "created"?: NonNullable<Json>;
          "error"?: string | null;
          "events_made"?: number;
          "finished_at"?: string | null;
          "id"?: string;
          "is_dry_run"?: boolean;
          "kind": string;
          "known"?: number;
          "last_page_at"?: string | null;
          "lease"?: string | null;
          "leased_until"?: string | null;
          "number"?: never;
          "oldest_waiting"?: string | null;
          "outcomes"?: NonNullable<Json>;
          "pages"?: number;
          "place"?: Json | null;
          "since"?: string | null;
          "skipped"?: number;
          "skipped_reasons"?: NonNullable<Json>;
          "started_at"?: string;
          "until"?: string | null;
          "waiting"?: number;
        };
        Update: {
          "api_newest_update"?: string | null;
          "bookings"?: number;
          "created"?: NonNullable<Json>;
          "error"?: string | null;
          "events_made"?: number;
          "finished_at"?: string | null;
          "id"?: string;
          "is_dry_run"?: boolean;
          "kind"?: string;
          "known"?: number;
          "last_page_at"?: string | null;
          "lease"?: string | null;
          "leased_until"?: string | null;
          "number"?: never;
          "oldest_waiting"?: string | null;
          "outcomes"?: NonNullable<Json>;
          "pages"?: number;
          "place"?: Json | null;
          "since"?: string | null;
          "skipped"?: number;
          "skipped_reasons"?: NonNullable<Json>;
          "started_at"?: string;
          "until"?: string | null;
          "waiting"?: number;
        };
        Relationships: [];
      };
      "senders": {
        Row: {
          "attaches_calendar": boolean;
          "color": string | null;
          "footer": string | null;
          "from_address": string;
          "from_name": string | null;
          "is_default": boolean;
          "logo_url": string | null;
          "organizer_domain": string;
        };
        ComputedFields: never;
        Insert: {
          "attaches_calendar"?: boolean;
          "color"?: string | null;
          "footer"?: string | null;
          "from_address": string;
          "from_name"?: string | null;
          "is_default"?: boolean;
          "logo_url"?: string | null;
          "organizer_domain": string;
        };
        Update: {
          "attaches_calendar"?: boolean;
          "color"?: string | null;
          "footer"?: string | null;
          "from_address"?: string;
          "from_name"?: string | null;
          "is_default"?: boolean;
          "logo_url"?: string | null;
          "organizer_domain"?: string;
        };
        Relationships: [];
      };
      "settings": {
        Row: {
          "description": string;
          "name": string;
          "value": string;
        };
        ComputedFields: never;
        Insert: {
          "description": string;
          "name": string;
          "value": string;
        };
        Update: {
          "description"?: string;
          "name"?: string;
          "value"?: string;
        };
        Relationships: [];
      };
    };
    Views: {
      "board_companies": {
        Row: {
          "active_deal_id": string | null;
          "company": string;
          "company_id": string;
          "deals": number | null;
          "domain": string;
          "known_since": string | null;
          "last_meeting": string | null;
          "meetings": number | null;
          "next_meeting": string | null;
          "people": string | null;
          "people_count": number | null;
          "search": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "board_deals": {
        Row: {
          "brand": string | null;
          "company": string;
          "company_id": string;
          "deal_id": string;
          "deal_stage": string;
          "domain": string;
          "host": string | null;
          "last_happened_at": string | null;
          "last_happening": string | null;
          "last_meeting": string | null;
          "meetings": number | null;
          "next_meeting": string | null;
          "opened_at": string | null;
          "people": string | null;
          "search": string | null;
          "stage": string | null;
          "stage_since": string | null;
          "status": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "board_meetings": {
        Row: {
          "attended": boolean;
          "booked_at": string | null;
          "booking_id": string;
          "brand": string | null;
          "calcom_link": string | null;
          "calcom_uid": string;
          "company": string | null;
          "company_id": string | null;
          "deal_id": string | null;
          "domain": string | null;
          "email": string;
          "end_time": string | null;
          "host": string | null;
          "lead_time": string | null;
          "person": string | null;
          "person_id": string;
          "start_time": string | null;
          "state": string | null;
          "status": string;
          "title": string | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "board_companies";
            referencedColumns: ["company_id"];
          },
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "companies";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "pipeline";
            referencedColumns: ["company_id"];
          },
        ];
      };
      "board_numbers": {
        Row: {
          "bookings": number | null;
          "brand": string | null;
          "cancelled": number | null;
          "cancelled_rate": number | null;
          "deals": number | null;
          "deals_met": number | null;
          "host": string | null;
          "level": string | null;
          "median_lead_time": string | null;
          "met": number | null;
          "met_rate": number | null;
          "no_show": number | null;
          "over": number | null;
          "period": string | null;
          "show_rate": number | null;
          "since": string | null;
          "to_come": number | null;
          "until": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "board_timeline": {
        Row: {
          "booking_id": string | null;
          "company_id": string | null;
          "deal_change": string | null;
          "deal_id": string | null;
          "editor": string | null;
          "email_id": string | null;
          "event_id": string | null;
          "hand_edit_id": string | null;
          "happened_at": string | null;
          "kind": string | null;
          "person": string | null;
          "person_id": string | null;
          "sentence": string | null;
          "status": string | null;
          "what": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "booking_timeline": {
        Row: {
          "booking_id": string | null;
          "deal_change": string | null;
          "deal_id": string | null;
          "event_id": string | null;
          "happened_at": string | null;
          "person": string | null;
          "reason": string | null;
          "received_at": string | null;
          "title": string | null;
          "trigger": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "deal_timeline": {
        Row: {
          "booking_id": string | null;
          "change": string | null;
          "company": string | null;
          "deal_id": string | null;
          "event_id": string | null;
          "happened_at": string | null;
          "person": string | null;
          "reason": string | null;
          "received_at": string | null;
          "trigger": string | null;
        };
        ComputedFields: never;
        Relationships: [];
      };
      "pipeline": {
        Row: {
          "company": string;
          "company_id": string;
          "deal_id": string;
          "domain": string;
          "host": string | null;
          "last_meeting": string | null;
          "next_meeting": string | null;
          "opened_at": string | null;
          "people": string | null;
          "stage": string;
          "status": string;
        };
        ComputedFields: never;
        Relationships: [];
      };
    };
    Functions: {
      "allow_mail": { Args: { "email": string }; Returns: boolean };
      "apply_retention": { Args: { "max_rows"?: number }; Returns: Json };
      "board_allow_mail": { Args: { "email": string }; Returns: boolean };
      "board_change_role": { Args: { "role": string; "user_id": string }; Returns: Json };
      "board_column": {
        Args: {
          "after_deal_id"?: string;
          "after_opened_at"?: string;
          "filters"?: Json;
          "page_size"?: number;
          "stage": string;
        };
        Returns: Json;
      };
      "board_erase_person": { Args: { "email": string }; Returns: Json };
      "board_events": {
        Args: {
          "after_id"?: string;
          "after_received_at"?: string;
          "outcome"?: string;
          "page_size"?: number;
          "search"?: string;
        };
        Returns: Json;
      };
      "board_export_person": { Args: { "email": string }; Returns: Json };
      "board_health": { Args: Record<PropertyKey, never>; Returns: Json };
      "board_hosts": { Args: Record<PropertyKey, never>; Returns: Json };
      "board_last_change": { Args: Record<PropertyKey, never>; Returns: string };
      "board_log_counts": { Args: Record<PropertyKey, never>; Returns: Json };
      "board_me": { Args: Record<PropertyKey, never>; Returns: Json };
      "board_pipeline": { Args: { "filters"?: Json; "page_size"?: number }; Returns: Json };
      "board_rebuild_company": { Args: { "domain": string }; Returns: Json };
      "board_rebuild_everything": { Args: Record<PropertyKey, never>; Returns: Json };
      "board_rebuild_person": { Args: { "email": string }; Returns: Json };
      "board_remove_member": { Args: { "user_id": string }; Returns: Json };
      "board_retry_email": { Args: { "email_id": string }; Returns: Json };
      "board_retry_event": { Args: { "event_id": string }; Returns: Json };
      "board_retry_failed_events": { Args: Record<PropertyKey, never>; Returns: Json };
      "claim_email": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "attempts": number;
          "booking_id": string | null;
          "calcom_uid": string | null;
          "calendar_sequence": number;
          "created_at": string;
          "delivery": string | null;
          "delivery_at": string | null;
          "delivery_reason": string | null;
          "end_time": string | null;
          "event_id": string | null;
          "finalized_at": string | null;
          "from_address": string | null;
          "from_name": string | null;
          "hides_organizer": boolean;
          "id": string;
          "kind": string;
          "mailbox_hash": number | null;
          "next_attempt_at": string;
          "number": number | null;
          "old_end_time": string | null;
          "old_start_time": string | null;
          "organizer_email": string | null;
          "reason": string | null;
          "reply_to": string | null;
          "request_body": Json | null;
          "resend_id": string | null;
          "retried_at": string | null;
          "seat_id": string | null;
          "sent_at": string | null;
          "series_event_type": string | null;
          "start_time": string | null;
          "status": string;
          "template_data": Json | null;
          "to_address": string;
          "told_before": number;
        }[];
        SetofOptions: {
          from: "*";
          to: "emails";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
      "erase_person": { Args: { "email": string }; Returns: Json };
      "export_person": { Args: { "email": string }; Returns: Json };
      "finish_email_attempt": {
        Args: {
          "attempt": number;
          "email_id": string;
          "error"?: string;
          "outcome": string;
          "reason"?: string;
          "resend_id"?: string;
          "retry_after"?: number;
        };
        Returns: string;
      };
      "handle_calcom_event": { Args: { "event": Json }; Returns: Json };
      "handle_pending_event": { Args: { "older_than"?: string }; Returns: Json };
      "handle_resend_event": { Args: { "delivery_id": string; "event": Json }; Returns: Json };
      "health": { Args: Record<PropertyKey, never>; Returns: Json };
      "next_reconciliation_page": {
        Args: { "is_dry_run"?: boolean; "lease"?: string; "since"?: string; "tick"?: string };
        Returns: Json;
      };
      "rebuild_company": { Args: { "domain": string }; Returns: Json };
      "rebuild_everything": { Args: Record<PropertyKey, never>; Returns: Json };
      "rebuild_person": { Args: { "email": string }; Returns: Json };
      "reconcile_calcom_bookings": {
        Args: {
          "bookings": Json;
          "holds_ends"?: boolean;
          "host_ids"?: (string)[];
          "is_backfill"?: boolean;
          "is_dry_run"?: boolean;
        };
        Returns: Json;
      };
      "reconcile_held_bookings": { Args: { "at_most": number; "id": string }; Returns: Json };
      "retry_email": { Args: { "email_id": string }; Returns: Json };
      "retry_event": { Args: { "event_id": string }; Returns: Json };
      "retry_failed_events": { Args: Record<PropertyKey, never>; Returns: Json };
      "save_reconciliation_page": {
        Args: {
          "answers"?: Json;
          "error"?: string;
          "id": string;
          "is_last"?: boolean;
          "is_released"?: boolean;
          "lease": string;
          "place": Json;
        };
        Returns: boolean;
      };
      "skip_reconciliation": { Args: { "reason": string }; Returns: undefined };
      "start_email_attempt": {
        Args: { "attempt": number; "email_id": string; "request_body": Json };
        Returns: Json;
      };
      "undo_hand_edit": { Args: { "hand_edit_id": string }; Returns: Json };
    };
    Enums: {
      [_ in never]: never;
    };
    CompositeTypes: {
      [_ in never]: never;
    };
  };
};

type DatabaseWithoutInternals = Omit<Database, "__InternalSupabase">;

type DefaultSchema = DatabaseWithoutInternals[Extract<keyof Database, "public">];

export type Tables<
  DefaultSchemaTableNameOrOptions extends
    | keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof (
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
      & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
    )
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals } ? (
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    & DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Views"]
  )[TableName] extends {
    Row: infer R;
  } ? R
  : never
  : DefaultSchemaTableNameOrOptions extends keyof (DefaultSchema["Tables"] & DefaultSchema["Views"])
    ? (DefaultSchema["Tables"] & DefaultSchema["Views"])[DefaultSchemaTableNameOrOptions] extends {
      Row: infer R;
    } ? R
    : never
  : never;

export type TablesInsert<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Insert: infer I;
    } ? I
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Insert: infer I;
    } ? I
    : never
  : never;

export type TablesUpdate<
  DefaultSchemaTableNameOrOptions extends
    | keyof DefaultSchema["Tables"]
    | { schema: keyof DatabaseWithoutInternals },
  TableName extends DefaultSchemaTableNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"]
    : never = never,
> = DefaultSchemaTableNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaTableNameOrOptions["schema"]]["Tables"][TableName] extends
    {
      Update: infer U;
    } ? U
  : never
  : DefaultSchemaTableNameOrOptions extends keyof DefaultSchema["Tables"]
    ? DefaultSchema["Tables"][DefaultSchemaTableNameOrOptions] extends {
      Update: infer U;
    } ? U
    : never
  : never;

export type Enums<
  DefaultSchemaEnumNameOrOptions extends
    | keyof DefaultSchema["Enums"]
    | { schema: keyof DatabaseWithoutInternals },
  EnumName extends DefaultSchemaEnumNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"]
    : never = never,
> = DefaultSchemaEnumNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[DefaultSchemaEnumNameOrOptions["schema"]]["Enums"][EnumName]
  : DefaultSchemaEnumNameOrOptions extends keyof DefaultSchema["Enums"]
    ? DefaultSchema["Enums"][DefaultSchemaEnumNameOrOptions]
  : never;

export type CompositeTypes<
  PublicCompositeTypeNameOrOptions extends
    | keyof DefaultSchema["CompositeTypes"]
    | { schema: keyof DatabaseWithoutInternals },
  CompositeTypeName extends PublicCompositeTypeNameOrOptions extends {
    schema: keyof DatabaseWithoutInternals;
  } ? keyof DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"]
    : never = never,
> = PublicCompositeTypeNameOrOptions extends { schema: keyof DatabaseWithoutInternals }
  ? DatabaseWithoutInternals[PublicCompositeTypeNameOrOptions["schema"]]["CompositeTypes"][
    CompositeTypeName
  ]
  : PublicCompositeTypeNameOrOptions extends keyof DefaultSchema["CompositeTypes"]
    ? DefaultSchema["CompositeTypes"][PublicCompositeTypeNameOrOptions]
  : never;

export const Constants = {
  "public": {
    Enums: {},
  },
} as const;
