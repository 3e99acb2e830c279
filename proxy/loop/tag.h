#pragma once

namespace crimux::proxy {

// What a completion queue hands back when an operation has ended.
class Tag {
 public:
  // On the front thread. `ok` is gRPC's: false when the operation failed or was called off.
  virtual void Done(bool ok) = 0;

 protected:
  ~Tag() = default;
};

// Calls a member function: one per kind of operation that an object has in flight.
template <class T>
class MemberTag final : public Tag {
 public:
  using Function = void (T::*)(bool ok);

  MemberTag(T* object, Function function) : object_(object), function_(function) {}
  void Done(bool ok) override { (object_->*function_)(ok); }

 private:
  T* object_;
  Function function_;
};

}  // namespace crimux::proxy
