export type Json =
  | string
  | number
  | boolean
  | null
  | { [key: string]: Json | undefined }
  | Json[]

export type Database = {
  public: {
    Tables: {
      calcom_events: {
        Row: {
          handled_at: string | null
          happened_at: string | null
          id: string
          outcome: string | null
          payload: Json
          raw_body: string | null
          reason: string | null
          received_at: string
          trigger: string | null
        }
        Insert: {
          handled_at?: string | null
          happened_at?: string | null
          id?: string
          outcome?: string | null
          payload: Json
          raw_body?: string | null
          reason?: string | null
          received_at?: string
          trigger?: string | null
        }
        Update: {
          handled_at?: string | null
          happened_at?: string | null
          id?: string
          outcome?: string | null
          payload?: Json
          raw_body?: string | null
          reason?: string | null
          received_at?: string
          trigger?: string | null
        }
        Relationships: []
      }
      emails: {
        Row: {
          attempts: number
          booking_id: string
          calcom_uid: string
          created_at: string
          details: Json
          event_id: string
          from_address: string
          from_name: string | null
          id: string
          kind: string
          last_error: string | null
          leased_until: string | null
          message: Json | null
          next_attempt_at: string
          reply_to: string | null
          resend_id: string | null
          seat_id: string | null
          sent_at: string | null
          status: string
          to_address: string
        }
        Insert: never
        Update: never
        Relationships: []
      }
    }
    Views: {
      [_ in never]: never
    }
    Functions: {
      claim_emails: {
        Args: { batch_size?: number }
        Returns: Database["public"]["Tables"]["emails"]["Row"][]
        SetofOptions: {
          from: "*"
          to: "emails"
          isOneToOne: false
          isSetofReturn: true
        }
      }
      freeze_email: { Args: { email_id: string; message: Json }; Returns: Json }
      handle_calcom_event: { Args: { event: Json }; Returns: Json }
      record_email_error: {
        Args: { email_id: string; error: string }
        Returns: undefined
      }
      record_email_sent: {
        Args: { email_id: string; resend_id: string }
        Returns: undefined
      }
    }
    Enums: {
      [_ in never]: never
    }
    CompositeTypes: {
      [_ in never]: never
    }
  }
}
