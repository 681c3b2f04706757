export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type Database = {
  "public": {
    Tables: {
      "bookings": {
        Row: {
          "account": string | null;
          "attended": boolean;
          "calcom_uid": string;
          "changed_by": string | null;
          "closed_deal_id": string | null;
          "created_at": string;
          "deal_id": string | null;
          "end_time": string | null;
          "first_uid": string | null;
          "former_uids": (string)[];
          "has_ended": boolean;
          "ical_uid": string | null;
          "id": string;
          "is_no_show": boolean;
          "is_requested": boolean;
          "is_seated": boolean;
          "met_deal_id": string | null;
          "organizer_email": string | null;
          "person_id": string;
          "seat_id": string | null;
          "start_time": string | null;
          "status": string;
          "title": string | null;
        };
        ComputedFields: never;
        Insert: {
          "account"?: string | null;
          "attended"?: boolean;
          "calcom_uid": string;
          "changed_by"?: string | null;
          "closed_deal_id"?: string | null;
          "created_at"?: string;
          "deal_id"?: string | null;
          "end_time"?: string | null;
          "first_uid"?: string | null;
          "former_uids"?: (string)[];
          "has_ended"?: boolean;
          "ical_uid"?: string | null;
          "id"?: string;
          "is_no_show"?: boolean;
          "is_requested"?: boolean;
          "is_seated"?: boolean;
          "met_deal_id"?: string | null;
          "organizer_email"?: string | null;
          "person_id": string;
          "seat_id"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "title"?: string | null;
        };
        Update: {
          "account"?: string | null;
          "attended"?: boolean;
          "calcom_uid"?: string;
          "changed_by"?: string | null;
          "closed_deal_id"?: string | null;
          "created_at"?: string;
          "deal_id"?: string | null;
          "end_time"?: string | null;
          "first_uid"?: string | null;
          "former_uids"?: (string)[];
          "has_ended"?: boolean;
          "ical_uid"?: string | null;
          "id"?: string;
          "is_no_show"?: boolean;
          "is_requested"?: boolean;
          "is_seated"?: boolean;
          "met_deal_id"?: string | null;
          "organizer_email"?: string | null;
          "person_id"?: string;
          "seat_id"?: string | null;
          "start_time"?: string | null;
          "status"?: string;
          "title"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "bookings_changed_by_fkey";
            columns: ["changed_by"];
            isOneToOne: false;
            referencedRelation: "booking_timeline";
            referencedColumns: ["event_id"];
          },
          {
            foreignKeyName: "bookings_changed_by_fkey";
            columns: ["changed_by"];
            isOneToOne: false;
            referencedRelation: "calcom_events";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "bookings_changed_by_fkey";
            columns: ["changed_by"];
            isOneToOne: false;
            referencedRelation: "deal_timeline";
            referencedColumns: ["event_id"];
          },
          {
            foreignKeyName: "bookings_closed_deal_id_fkey";
            columns: ["closed_deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "bookings_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "bookings_met_deal_id_fkey";
            columns: ["met_deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
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
          "account": string | null;
          "attempts": number;
          "digest": number;
          "email": string | null;
          "handled_at": string | null;
          "happened_at": string | null;
          "id": string;
          "new_uid": string | null;
          "outcome": string | null;
          "payload": NonNullable<Json>;
          "rank": number | null;
          "raw_body": string | null;
          "reason": string | null;
          "received_at": string;
          "touched": Json | null;
          "trigger": string | null;
          "uid": string | null;
        };
        ComputedFields: never;
        Insert: {
          "account"?: string | null;
          "attempts"?: number;
          "digest"?: never;
          "email"?: string | null;
          "handled_at"?: string | null;
          "happened_at"?: string | null;
          "id"?: string;
          "new_uid"?: string | null;
          "outcome"?: string | null;
          "payload": NonNullable<Json>;
          "rank"?: number | null;
          "raw_body"?: string | null;
          "reason"?: string | null;
          "received_at"?: string;
          "touched"?: Json | null;
          "trigger"?: string | null;
          "uid"?: string | null;
        };
        Update: {
          "account"?: string | null;
          "attempts"?: number;
          "digest"?: never;
          "email"?: string | null;
          "handled_at"?: string | null;
          "happened_at"?: string | null;
          "id"?: string;
          "new_uid"?: string | null;
          "outcome"?: string | null;
          "payload"?: NonNullable<Json>;
          "rank"?: number | null;
          "raw_body"?: string | null;
          "reason"?: string | null;
          "received_at"?: string;
          "touched"?: Json | null;
          "trigger"?: string | null;
          "uid"?: string | null;
        };
        Relationships: [];
      };
      "companies": {
        Row: {
          "answered_name": string | null;
          "created_at": string;
          "domain": string;
          "id": string;
          "name": string;
        };
        ComputedFields: never;
        Insert: {
          "answered_name"?: string | null;
          "created_at"?: string;
          "domain": string;
          "id"?: string;
          "name": string;
        };
        Update: {
          "answered_name"?: string | null;
          "created_at"?: string;
          "domain"?: string;
          "id"?: string;
          "name"?: string;
        };
        Relationships: [];
      };
      "deals": {
        Row: {
          "company_id": string;
          "created_at": string;
          "id": string;
          "opened_by": string | null;
          "ordinal": number | null;
          "stage": string;
          "status": string;
        };
        ComputedFields: never;
        Insert: {
          "company_id": string;
          "created_at"?: string;
          "id"?: string;
          "opened_by"?: string | null;
          "ordinal"?: number | null;
          "stage"?: string;
          "status"?: string;
        };
        Update: {
          "company_id"?: string;
          "created_at"?: string;
          "id"?: string;
          "opened_by"?: string | null;
          "ordinal"?: number | null;
          "stage"?: string;
          "status"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "deals_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "companies";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "deals_opened_by_fkey";
            columns: ["opened_by"];
            isOneToOne: false;
            referencedRelation: "booking_timeline";
            referencedColumns: ["event_id"];
          },
          {
            foreignKeyName: "deals_opened_by_fkey";
            columns: ["opened_by"];
            isOneToOne: false;
            referencedRelation: "calcom_events";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "deals_opened_by_fkey";
            columns: ["opened_by"];
            isOneToOne: false;
            referencedRelation: "deal_timeline";
            referencedColumns: ["event_id"];
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
          "calcom_uid": string;
          "created_at": string;
          "delivery": string | null;
          "delivery_at": string | null;
          "delivery_reason": string | null;
          "template_data": NonNullable<Json>;
          "event_id": string;
          "from_address": string;
          "from_name": string | null;
          "finalized_at": string | null;
          "id": string;
          "kind": string;
          "request_body": Json | null;
          "next_attempt_at": string;
          "reason": string | null;
          "reply_to": string | null;
          "resend_id": string | null;
          "retried_at": string | null;
          "seat_id": string | null;
          "sent_at": string | null;
          "status": string;
          "to_address": string;
        };
        ComputedFields: never;
        Insert: {
          "attempts"?: number;
          "booking_id"?: string | null;
          "calcom_uid": string;
          "created_at"?: string;
          "delivery"?: string | null;
          "delivery_at"?: string | null;
          "delivery_reason"?: string | null;
          "template_data": NonNullable<Json>;
          "event_id": string;
          "from_address": string;
          "from_name"?: string | null;
          "finalized_at"?: string | null;
          "id"?: string;
          "kind": string;
          "request_body"?: Json | null;
          "next_attempt_at"?: string;
          "reason"?: string | null;
          "reply_to"?: string | null;
          "resend_id"?: string | null;
          "retried_at"?: string | null;
          "seat_id"?: string | null;
          "sent_at"?: string | null;
          "status"?: string;
          "to_address": string;
        };
        Update: {
          "attempts"?: number;
          "booking_id"?: string | null;
          "calcom_uid"?: string;
          "created_at"?: string;
          "delivery"?: string | null;
          "delivery_at"?: string | null;
          "delivery_reason"?: string | null;
          "template_data"?: NonNullable<Json>;
          "event_id"?: string;
          "from_address"?: string;
          "from_name"?: string | null;
          "finalized_at"?: string | null;
          "id"?: string;
          "kind"?: string;
          "request_body"?: Json | null;
          "next_attempt_at"?: string;
          "reason"?: string | null;
          "reply_to"?: string | null;
          "resend_id"?: string | null;
          "retried_at"?: string | null;
          "seat_id"?: string | null;
          "sent_at"?: string | null;
          "status"?: string;
          "to_address"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "emails_booking_id_fkey";
            columns: ["booking_id"];
            isOneToOne: false;
            referencedRelation: "bookings";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "emails_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "booking_timeline";
            referencedColumns: ["event_id"];
          },
          {
            foreignKeyName: "emails_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "calcom_events";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "emails_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "deal_timeline";
            referencedColumns: ["event_id"];
          },
        ];
      };
      "event_effects": {
        Row: {
          "account": string;
          "booking_id": string;
          "deal": string | null;
          "deal_id": string | null;
          "event_id": string;
          "reason": string;
        };
        ComputedFields: never;
        Insert: {
          "account": string;
          "booking_id": string;
          "deal"?: string | null;
          "deal_id"?: string | null;
          "event_id": string;
          "reason": string;
        };
        Update: {
          "account"?: string;
          "booking_id"?: string;
          "deal"?: string | null;
          "deal_id"?: string | null;
          "event_id"?: string;
          "reason"?: string;
        };
        Relationships: [
          {
            foreignKeyName: "event_effects_booking_id_fkey";
            columns: ["booking_id"];
            isOneToOne: false;
            referencedRelation: "bookings";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "event_effects_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "event_effects_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "booking_timeline";
            referencedColumns: ["event_id"];
          },
          {
            foreignKeyName: "event_effects_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "calcom_events";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "event_effects_event_id_fkey";
            columns: ["event_id"];
            isOneToOne: false;
            referencedRelation: "deal_timeline";
            referencedColumns: ["event_id"];
          },
        ];
      };
      "people": {
        Row: {
          "company_id": string | null;
          "created_at": string;
          "email": string;
          "id": string;
          "suppressed_at": string | null;
          "suppressed_reason": string | null;
          "name": string | null;
        };
        ComputedFields: never;
        Insert: {
          "company_id"?: string | null;
          "created_at"?: string;
          "email": string;
          "id"?: string;
          "suppressed_at"?: string | null;
          "suppressed_reason"?: string | null;
          "name"?: string | null;
        };
        Update: {
          "company_id"?: string | null;
          "created_at"?: string;
          "email"?: string;
          "id"?: string;
          "suppressed_at"?: string | null;
          "suppressed_reason"?: string | null;
          "name"?: string | null;
        };
        Relationships: [
          {
            foreignKeyName: "people_company_id_fkey";
            columns: ["company_id"];
            isOneToOne: false;
            referencedRelation: "companies";
            referencedColumns: ["id"];
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
    };
    Views: {
      "booking_timeline": {
        Row: {
          "booking_id": string;
          "deal_change": string | null;
          "deal_id": string | null;
          "event_id": string;
          "happened_at": string | null;
          "person": string | null;
          "reason": string;
          "received_at": string;
          "title": string | null;
          "trigger": string | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "event_effects_booking_id_fkey";
            columns: ["booking_id"];
            isOneToOne: false;
            referencedRelation: "bookings";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "event_effects_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
        ];
      };
      "deal_timeline": {
        Row: {
          "booking_id": string;
          "change": string | null;
          "company": string;
          "deal_id": string | null;
          "event_id": string;
          "happened_at": string | null;
          "person": string | null;
          "reason": string;
          "received_at": string;
          "trigger": string | null;
        };
        ComputedFields: never;
        Relationships: [
          {
            foreignKeyName: "event_effects_booking_id_fkey";
            columns: ["booking_id"];
            isOneToOne: false;
            referencedRelation: "bookings";
            referencedColumns: ["id"];
          },
          {
            foreignKeyName: "event_effects_deal_id_fkey";
            columns: ["deal_id"];
            isOneToOne: false;
            referencedRelation: "deals";
            referencedColumns: ["id"];
          },
        ];
      };
    };
    Functions: {
      "allow_mail": { Args: { "email": string }; Returns: boolean };
      "claim_email": {
        Args: Record<PropertyKey, never>;
        Returns: {
          "attempts": number;
          "booking_id": string | null;
          "calcom_uid": string;
          "created_at": string;
          "delivery": string | null;
          "delivery_at": string | null;
          "delivery_reason": string | null;
          "template_data": NonNullable<Json>;
          "event_id": string;
          "from_address": string;
          "from_name": string | null;
          "finalized_at": string | null;
          "id": string;
          "kind": string;
          "request_body": Json | null;
          "next_attempt_at": string;
          "reason": string | null;
          "reply_to": string | null;
          "resend_id": string | null;
          "retried_at": string | null;
          "seat_id": string | null;
          "sent_at": string | null;
          "status": string;
          "to_address": string;
        }[];
        SetofOptions: {
          from: "*";
          to: "emails";
          isOneToOne: false;
          isSetofReturn: true;
        };
      };
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
      "rebuild_company": { Args: { "domain": string }; Returns: Json };
      "rebuild_everything": { Args: Record<PropertyKey, never>; Returns: Json };
      "rebuild_person": { Args: { "email": string }; Returns: Json };
      "retry_email": { Args: { "email_id": string }; Returns: Json };
      "retry_event": { Args: { "event_id": string }; Returns: Json };
      "retry_failed_events": { Args: Record<PropertyKey, never>; Returns: Json };
      "start_email_attempt": {
        Args: { "attempt": number; "email_id": string; "request_body": Json };
        Returns: Json;
      };
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
