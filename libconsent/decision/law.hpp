#pragma once

#include "decision/case.hpp"

/// One function a condition: called where a row of it is in force, it finds whether the condition
/// holds and says so. `rows`: those rows. noexcept, no allocation, no lock. What the rows cite is
/// theirs; no figure of law is here.
namespace consent::decision::law {

using Rows = RuleSet;

// advertising_law.cpp
void stop_demand(Case& it, const Rows& rows) noexcept;
void no_consent(Case& it, const Rows& rows) noexcept;
void consent_stands(Case& it, const Rows& rows) noexcept;
void requested_contact(Case& it, const Rows& rows) noexcept;
void other_advertiser(Case& it, const Rows& rows) noexcept;
void without_human(Case& it, const Rows& rows) noexcept;
void mailing_with_consent(Case& it, const Rows& rows) noexcept;
void machine_dialled_person(Case& it, const Rows& rows) noexcept;
void sender_not_stated(Case& it, const Rows& rows) noexcept;
void caller_not_named(Case& it, const Rows& rows) noexcept;
void without_term(Case& it, const Rows& rows) noexcept;
void in_contract_without_term(Case& it, const Rows& rows) noexcept;
void given_by_addressee(Case& it, const Rows& rows) noexcept;
void employee_without_authority(Case& it, const Rows& rows) noexcept;

// personal_data_law.cpp
void personal_data_stop(Case& it, const Rows& rows) noexcept;
void no_personal_data_consent(Case& it, const Rows& rows) noexcept;
void personal_data_unknown(Case& it, const Rows& rows) noexcept;

// communications_law.cpp
void mass_by_machine(Case& it, const Rows& rows) noexcept;
void mass_by_count(Case& it, const Rows& rows) noexcept;
void no_mass_call_consent(Case& it, const Rows& rows) noexcept;
void no_mailing_consent(Case& it, const Rows& rows) noexcept;
void mass_not_stated(Case& it, const Rows& rows) noexcept;
void operator_refused_calls(Case& it, const Rows& rows) noexcept;
void operator_refused_mailing(Case& it, const Rows& rows) noexcept;
void no_operator_contract(Case& it, const Rows& rows) noexcept;
void contracts_not_stated(Case& it, const Rows& rows) noexcept;
void operator_not_known(Case& it, const Rows& rows) noexcept;
void no_label_contract(Case& it, const Rows& rows) noexcept;
void not_labelled(Case& it, const Rows& rows) noexcept;
void label_malformed(Case& it, const Rows& rows) noexcept;

// information_law.cpp
void foreign_messenger(Case& it, const Rows& rows) noexcept;
void messenger_not_stated(Case& it, const Rows& rows) noexcept;

// proof_policy.cpp
void weak_consent(Case& it, const Rows& rows) noexcept;
void worth_below(Case& it, const Rows& rows) noexcept;
void older_consent(Case& it, const Rows& rows) noexcept;
void evidence_lacking(Case& it, const Rows& rows) noexcept;

// collection_law.cpp
void caller_concealed(Case& it, const Rows& rows) noexcept;
void concealment_not_stated(Case& it, const Rows& rows) noexcept;
void outside_hours(Case& it, const Rows& rows) noexcept;
void over_count(Case& it, const Rows& rows) noexcept;

// disposition_policy.cpp
void wrong_person(Case& it, const Rows& rows) noexcept;
void no_such_subscriber(Case& it, const Rows& rows) noexcept;
void not_interested(Case& it, const Rows& rows) noexcept;
void lost_deal(Case& it, const Rows& rows) noexcept;

}  // namespace consent::decision::law
